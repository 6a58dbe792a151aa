$TAPEDECK --version --json
