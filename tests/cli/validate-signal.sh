# A signal ends the reading: the verdict of what was read, and 130.
cat > c.yaml <<'END'
contract: 1
rules:
- {id: few, count: a, at_most: 2}
- {id: ends, last: end}
END
# stop N OPTIONS: a signal when all N lines have been taken off the pipe.
stop() {
    mkfifo events
    "$TAPEDECK" validate --contract c.yaml "$@" < events > out 2> err &
    checker=$!
    exec 3> events
    i=0
    while [ $i -lt "$lines" ]; do echo '{"type":"a"}' >&3; i=$((i + 1)); done
    python3 -c '
import array, fcntl, termios
left = array.array("i", [1])
while left[0]:
    fcntl.ioctl(3, termios.FIONREAD, left)'
    kill -TERM $checker
    wait $checker || echo "exit $?"
    exec 3>&-
    rm events
    cat out err
}
lines=2
stop
lines=3
stop -q
stop -f -q
lines=0
stop
