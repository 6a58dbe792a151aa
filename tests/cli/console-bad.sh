# What cannot be meant is told, also where it would have had no effect.
export TERM=dumb
cp "$SOURCE/fixtures/tapes/socketio-build.tape.gz" run.tape.gz
try() {
    echo "-- $*"
    $TAPEDECK console "$@" </dev/null 2>&1 || echo "exit $?"
}
try run.tape.gz --speed fast
try run.tape.gz --speed -1
try run.tape.gz --size 100x30
try run.tape.gz --size 5x2 --export a.cast
try run.tape.gz --asciicast 3
try run.tape.gz --execution x1
try run.tape.gz --connect sio://127.0.0.1:1/
try --connect sio://127.0.0.1:1/ --export a.cast
try
ls a.cast 2>/dev/null || echo "nothing was written"
