# What is followed is the file that was opened. When it is removed or replaced
# and nobody writes to it, or is made shorter, nothing more can come: that ends
# with a line and 3. Who still writes to it is followed to the end.
cat > growing.tape <<'DOC'
{"tape":1,"id":"t","start":"2026-01-01T00:00:00Z","clock":"monotonic","source":"-"}
{"s":1,"t":0,"d":"out","c":1,"k":"open","json":{"source":"-"}}
{"s":2,"t":1000,"d":"out","c":1,"ev":"a","json":{"type":"a"}}
DOC
cat > c.yaml <<'DOC'
contract: 1
rules:
- {id: few, count: a, at_most: 1}
DOC
python3 - "$TAPEDECK" <<'DOC'
import os, shutil, subprocess, sys
deck = sys.argv[1]
env = dict(os.environ, LC_ALL="C")


def wait_for_watch(pid):
    """It has read what there is, and watches the file."""
    watches = False
    while not watches:
        try:
            watches = any("inotify" in os.readlink("/proc/%d/fd/%s" % (pid, fd))
                          for fd in os.listdir("/proc/%d/fd" % pid))
        except FileNotFoundError:
            pass  # one was closed meanwhile


def truncate():
    os.truncate("run.tape", 100)


def replace():
    shutil.copy("growing.tape", "other.tape")
    os.rename("other.tape", "run.tape")


cat = ["cat", "-f", "--no-header"]
validate = ["validate", "-f", "--contract", "c.yaml"]
for name, change in [("removed", lambda: os.unlink("run.tape")),
                     ("replaced", replace),
                     ("renamed", lambda: os.rename("run.tape", "elsewhere")),
                     ("truncated", truncate)]:
    for verb in cat, validate:
        shutil.copy("growing.tape", "run.tape")
        p = subprocess.Popen([deck] + verb + ["run.tape"], env=env,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        wait_for_watch(p.pid)
        change()
        out = p.communicate(timeout=240)[0].decode()
        print("%s, %s: %d\n%s" % (verb[0], name, p.returncode, out), end="")

recorder = subprocess.Popen([deck, "record", "-q", "-", "-o", "live.tape.gz"],
                            stdin=subprocess.PIPE, env=env)
recorder.stdin.write(b'{"type":"a"}\n')
recorder.stdin.flush()
while not (os.path.exists("live.tape.gz") and b'"ev":"a"' in subprocess.run(
        [deck, "cat", "live.tape.gz"], stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL).stdout):
    pass
p = subprocess.Popen([deck] + cat + ["live.tape.gz"], env=env,
                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
wait_for_watch(p.pid)
os.unlink("live.tape.gz")
recorder.communicate(b'{"type":"b"}\n')
out = p.communicate(timeout=240)[0]
print("cat, removed while it is written: %d, %d events" % (
    p.returncode, out.count(b'"ev"')))
DOC
