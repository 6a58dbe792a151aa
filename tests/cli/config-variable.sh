# A variable that looks like ours and is none is told, and breaks nothing.
TAPEDECK_RECORD_MAX_SZE=1k $TAPEDECK config explain record.max-size
TAPEDECK_COLOUR=never $TAPEDECK config explain color
TAPEDECK_ZQ=1 $TAPEDECK config explain verbose
TAPEDECK_COLOUR=never $TAPEDECK config explain verbose -q
TAPEDECK_RECORD_MAX_SIZE=1k TAPEDECK_VALIDATE_JSON=true $TAPEDECK config explain record.max-size
