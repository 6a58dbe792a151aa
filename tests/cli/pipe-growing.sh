# What comes through a pipe goes on as soon as its line is whole, whatever form
# the tape has: text, gzip members, a member that is still open.
cat > c.yaml <<'DOC'
contract: 1
rules:
- {id: few, count: a, at_most: 1}
DOC
python3 - "$TAPEDECK" <<'DOC'
import os, select, subprocess, sys, threading
deck = sys.argv[1]
env = dict(os.environ, LC_ALL="C")


class Verb:
    """A program with a pipe on both sides."""

    def __init__(self, args, out="stdout"):
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE,
                 "stderr": subprocess.DEVNULL}
        pipes[out] = subprocess.PIPE
        self.p = subprocess.Popen([deck] + args, env=env, **pipes)
        self.out = getattr(self.p, out)
        self.text = b""

    def put(self, data):
        self.p.stdin.write(data)
        self.p.stdin.flush()

    def get(self, what):
        """Wait until the output has it."""
        while what not in self.text:
            ready, _, _ = select.select([self.out], [], [], 20)
            more = os.read(self.out.fileno(), 65536) if ready else b""
            if not more:
                return "%r never came after %r" % (what, self.text)
            self.text += more
        return "there"

    def end(self):
        self.p.stdin.close()
        return self.p.wait(20)


head = b'{"tape":1,"id":"t","start":"2026-01-01T00:00:00Z","clock":"monotonic","source":"-"}\n'
one = b'{"s":1,"t":0,"d":"out","c":1,"ev":"a","json":{"type":"a","n":1}}\n'
two = b'{"s":2,"t":1000,"d":"out","c":1,"ev":"a","json":{"type":"a","n":2}}\n'
tail = b'{"end":{"how":"clean","events":2,"last":1000,"lost":0}}\n'
for args, out, after_one, after_two in [
        (["cat", "-"], "stdout", b'"n":1', b'"n":2'),
        (["cat", "-f", "-"], "stdout", b'"n":1', b'"n":2'),
        (["cat", "--event", "a", "-"], "stdout", b'"n":1', b'"n":2'),
        (["replay", "-", "-"], "stdout", b'"n":1', b'"n":2'),
        (["replay", "--speed", "max", "-", "-"], "stdout", b'"n":1', b'"n":2'),
        (["validate", "-f", "--contract", "c.yaml", "-"], "stderr", b"", b"few")]:
    verb = Verb(args, out)
    verb.put(head + one + two[:20])
    print(" ".join(args), "1", verb.get(after_one))
    verb.put(two[20:])
    print(" ".join(args), "2", verb.get(after_two))
    verb.put(tail)
    print(" ".join(args), "ends", verb.end())

# A recorder that writes to a pipe leaves members open while they fill. Their
# bytes come one by one.
def carry(recorder, readers):
    while data := os.read(recorder.out.fileno(), 65536):
        for i in range(len(data)):
            for reader in readers:
                reader.put(data[i:i + 1])


recorder = Verb(["record", "-q", "-", "-o", "-"])
readers = {"cat": Verb(["cat", "-"]), "replay": Verb(["replay", "-", "-"])}
carrier = threading.Thread(target=carry, args=(recorder, readers.values()))
carrier.start()
for n in range(3):
    line = b'{"type":"a","n":%d}' % n
    recorder.put(line + b"\n")
    for name, reader in readers.items():
        print("recorded", n, name, reader.get(line))
recorder.end()
carrier.join()
for name, reader in readers.items():
    print("recorded", name, "ends", reader.end())
DOC
