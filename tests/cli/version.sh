$TAPEDECK --version
