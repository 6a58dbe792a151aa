$TAPEDECK completion tcsh
