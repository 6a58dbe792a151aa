# Without a key all that is set; of a verb each option; what is wrong with the
# console's is told, and does not count.
mkdir -p .config/tapedeck
$TAPEDECK config explain
printf 'console:\n  autosav: 3s\n  retention: soon\n  history: 20\n  connect: sio://a:1/\nquiet: false\n' > .tapedeck.yaml
printf 'console: {retention: 9d, autoload: {a: 1}, history: 9}\n' > .config/tapedeck/config.yaml
$TAPEDECK config explain
TAPEDECK_CONSOLE_HISTORY=many $TAPEDECK config explain --json
echo "-- a verb"
$TAPEDECK config explain completion
$TAPEDECK config explain console.retenton || echo "exit $?"
$TAPEDECK config explain console.connect
echo "-- the console"
TAPEDECK_CONSOLE_HISTORY=many $TAPEDECK console "$SOURCE/fixtures/tapes/socketio-build.tape.gz" -c 'session'
TAPEDECK_CONSOLE_HISTORY=many $TAPEDECK console "$SOURCE/fixtures/tapes/socketio-build.tape.gz" -c 'session' -q
