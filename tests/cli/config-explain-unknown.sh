$TAPEDECK config explain nonsense || echo "exit $?"
$TAPEDECK config explain help.nonsense || echo "exit $?"
$TAPEDECK config explain nonsense.color || echo "exit $?"
$TAPEDECK config whatever color || echo "exit $?"
