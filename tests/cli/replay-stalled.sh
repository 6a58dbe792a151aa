# A tape that stops coming through a pipe: a signal ends the replay at once.
# stop TEXT: a signal when all of it was taken off the pipe.
stop() {
    mkfifo events
    "$TAPEDECK" replay - - < events > out 2> err &
    player=$!
    exec 3> events
    printf '%s' "$1" >&3
    python3 -c '
import array, fcntl, os, re, signal, sys, termios, time
left = array.array("i", [1])
def catches():
    with open("/proc/%s/status" % sys.argv[1]) as file:
        mask = int(re.search(r"SigCgt:\s*(\w+)", file.read()).group(1), 16)
    return mask >> (signal.SIGINT - 1) & 1
end = time.monotonic() + 60
while left[0] or not catches():
    fcntl.ioctl(3, termios.FIONREAD, left)
    if time.monotonic() > end:
        sys.exit("it never listened")
    os.sched_yield()' $player
    kill -INT $player
    wait $player || echo "exit $?"
    exec 3>&-
    rm events
    cat err
}
stop ''
stop '{"tape":1,"id":"x","start":"2026-01-01T00:00:00Z","clock":"monotonic"}
'
