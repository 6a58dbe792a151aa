$TAPEDECK help > /dev/full
