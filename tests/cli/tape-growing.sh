# A tape that is being recorded has no end yet, and that is no damage.
mkfifo events
$TAPEDECK record - -q -o run.tape.gz < events &
recorder=$!
exec 3> events
echo '{"type":"a"}' >&3
until $TAPEDECK cat run.tape.gz 2> /dev/null | grep -q "\"ev\":\"a\""; do :; done
try() {
    "$TAPEDECK" "$@" > out 2> err || echo "exit $?"
    cat out err | grep -E 'recording|recorded|torn|end  |writing' | sed "s/process $recorder/process N/"
}
try info run.tape.gz
try info --members run.tape.gz
try verify run.tape.gz
try cat run.tape.gz
try validate run.tape.gz
try replay --dry-run run.tape.gz
try record - --append -o run.tape.gz < /dev/null
$TAPEDECK info --json run.tape.gz 2>/dev/null | jq -c '[.torn, .recording]'
exec 3>&-
wait
try info run.tape.gz
