# A signal ends the waiting at once: of a tape that does not grow, and of a pipe
# that says nothing. A pipe at its end is the end also of what is followed.
cat > c.yaml <<'DOC'
contract: 1
rules:
- {id: few, count: a, at_most: 2}
DOC
# A tape without its end, as a recorder that is at work leaves it.
cat > growing.tape <<'DOC'
{"tape":1,"id":"t","start":"2026-01-01T00:00:00Z","clock":"monotonic","source":"-"}
{"s":1,"t":0,"d":"out","c":1,"k":"open","json":{"source":"-"}}
{"s":2,"t":1000,"d":"out","c":1,"ev":"a","json":{"type":"a"}}
DOC
python3 - "$TAPEDECK" <<'DOC'
import array, fcntl, os, signal, subprocess, sys, termios, time
deck = sys.argv[1]
env = dict(os.environ, LC_ALL="C")


def status(pid):
    text = open("/proc/%d/status" % pid).read()
    return dict(line.split(":\t", 1) for line in text.splitlines())


def unread(fd):
    left = array.array("i", [0])
    fcntl.ioctl(fd, termios.FIONREAD, left)
    return left[0]


def wait_for_sleep(pid, fd, number, heard):
    """It has read what it was fed and waits in the kernel; and has a handler
    if it is to hear the signal."""
    while True:
        now = status(pid)
        caught = int(now["SigCgt"], 16) >> (number - 1) & 1
        if now["State"][0] == "S" and unread(fd) == 0 and caught == heard:
            return


def end(what, number, args, fed=None):
    with open("out", "w") as out:
        p = subprocess.Popen([deck] + args, stdin=subprocess.PIPE, stdout=out,
                             stderr=subprocess.STDOUT, env=env)
    if fed:
        p.stdin.write(fed)
        p.stdin.flush()
    wait_for_sleep(p.pid, p.stdin, number, args[0] == "validate")
    began = time.monotonic()
    p.send_signal(number)
    status = p.wait(20)
    p.stdin.close()
    took = time.monotonic() - began
    print("%s: %d%s" % (what, status, "" if took < 5 else ", late"))
    print(open("out").read(), end="")


contract = ["--contract", "c.yaml"]
growing = open("growing.tape", "rb").read()
end("cat -f TAPE", signal.SIGINT, ["cat", "-f", "--no-header", "growing.tape"])
end("cat -f PIPE", signal.SIGINT, ["cat", "-f", "--no-header", "-"])
end("cat PIPE", signal.SIGTERM, ["cat", "--no-header", "-"])
end("validate -f TAPE", signal.SIGINT, ["validate", "-f", "growing.tape"] + contract)
end("validate -f PIPE", signal.SIGTERM, ["validate", "-f", "-"] + contract, growing)
end("validate PIPE", signal.SIGINT, ["validate", "-"] + contract, growing)
end("validate PIPE, silent", signal.SIGHUP, ["validate", "-"] + contract)
for verb in ["cat", "-f", "--no-header", "-"], ["validate", "-f", "-"]:
    p = subprocess.run([deck] + verb, input=growing, stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, env=env, timeout=240)
    print("%s, its end: %d" % (verb[0], p.returncode))
    print(p.stdout.decode(), end="")
DOC
