# The order of events: of all, by a key, of those that take turns; how long it takes.
python3 - <<'EOF'
import json
import random


class Tape:
    def __init__(self, path, rng):
        self.rng, self.t, self.lines = rng, 0, []
        self.path = path

    def say(self, kind, most=300, **data):
        self.t += self.rng.randint(1, most) * 1000000
        self.lines.append({"s": len(self.lines) + 1, "t": self.t, "d": "out", "c": 1,
                           "json": {"type": kind, **data}})

    def close(self):
        with open(self.path, "w", encoding="utf-8") as out:
            print(json.dumps({"tape": 1, "id": "t", "start": "2026-01-01T00:00:00Z",
                              "clock": "monotonic"}), file=out)
            for line in self.lines:
                print(json.dumps(line, separators=(",", ":")), file=out)
            print(json.dumps({"end": {"how": "clean", "events": len(self.lines),
                                      "last": self.t, "lost": 0,
                                      "names": {"": len(self.lines)}, "kinds": {}}}), file=out)


def agent(run):
    """Texts and calls, one after the other; a heartbeat anywhere."""
    rng = random.Random(run)
    tape = Tape("agent-%d.tape" % run, rng)

    def beat():
        if rng.random() < 0.2:
            tape.say("PING")
    tape.say("RUN_STARTED")
    for _ in range(rng.randint(4, 9)):
        beat()
        one = {"id": "i-%d" % rng.randint(10000, 99999)}
        if rng.random() < 0.6:
            tape.say("TEXT_START", **one)
            for _ in range(rng.randint(0, 4)):
                tape.say("TEXT", **one, delta=str(rng.random()))
                beat()
            tape.say("TEXT_END", **one)
        else:
            tape.say("CALL", **one)
            beat()
            tape.say(rng.choice(["RESULT", "FAILURE"]), **one)
    tape.say("RUN_FINISHED")
    tape.close()


def queue(run):
    """Jobs side by side, by number; phases take turns."""
    rng = random.Random(100 + run)
    tape = Tape("queue-%d.tape" % run, rng)
    jobs, phase, waiting = {}, 0, 24
    while waiting or jobs:
        if rng.random() < 0.2:
            tape.say(["dim", "lit"][phase % 2])
            phase += 1
        if waiting and rng.random() < 0.4:
            jobs[waiting] = ["queued"] + ["tick"] * rng.randint(1, 3) + ["gone"]
            waiting -= 1
        elif jobs:
            job = rng.choice(sorted(jobs))
            tape.say(jobs[job].pop(0), job=job)
            if not jobs[job]:
                del jobs[job]
    if phase % 2:
        tape.say("lit")
    tape.close()


for n in range(12):
    agent(n)
    queue(n)
EOF
for kind in agent queue; do
    "$TAPEDECK" learn $kind-?.tape -o $kind.yaml && sed -n '/^rules/,$p' $kind.yaml
    "$TAPEDECK" contract lint --strict $kind.yaml
    "$TAPEDECK" validate $kind-*.tape --contract $kind.yaml
    "$TAPEDECK" learn --evaluate $kind-?.tape
done
try() { "$TAPEDECK" validate bad.tape --contract "$1" 2>&1 | grep -e ' fail ' -e expected | sort -u; }
echo "an end without a start, a turn that is missed, an end that comes late"
python3 - <<'EOF'
lines = open("queue-11.tape", encoding="utf-8").read().splitlines()
lit = next(i for i, line in enumerate(lines) if '"lit"' in line)
del lines[lit]
del lines[next(i for i, line in enumerate(lines) if '"queued"' in line)]
open("bad.tape", "w", encoding="utf-8").write("\n".join(lines) + "\n")
EOF
try queue.yaml
python3 - <<'EOF'
import json

lines = [json.loads(line) for line in open("agent-11.tape", encoding="utf-8")]
for line in lines[1:-1]:
    late = line["json"]["type"] == "TEXT_END" or line is lines[-2]
    line["t"] += 10 ** 10 * line["s"] * late
for one, two in zip(lines[1:-1], lines[2:-1]):
    two["t"] = max(one["t"], two["t"])
lines[-1]["end"]["last"] = lines[-2]["t"]
open("bad.tape", "w", encoding="utf-8").write("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))
EOF
try agent.yaml
echo "jobs one after another: how long each takes is said once"
python3 - <<'EOF'
import json

lines, t = ['{"tape":1,"id":"x","start":"2023-11-14T22:13:20.000000000Z"}'], 0
for job in range(24):
    for kind in ("open", "chunk", "done"):
        t += 10 ** 7
        lines.append(json.dumps({"s": len(lines), "t": t, "d": "out", "c": 1,
                                 "json": {"type": kind, "id": f"job-{job}"}}, separators=(",", ":")))
lines.append(json.dumps({"end": {"how": "clean", "events": len(lines) - 1, "lost": 0}}, separators=(",", ":")))
open("jobs.tape", "w", encoding="utf-8").write("\n".join(lines) + "\n")
with open("long.ndjson", "w", encoding="utf-8") as out:
    for i in range(3000):
        out.write(json.dumps({"type": f"e{i % 32}", "id": f"x{i // 32}"}) + "\n")
EOF
"$TAPEDECK" learn jobs.tape | sed -n '/^rules/,$p'
"$TAPEDECK" learn long.ndjson | grep -c 'id: [^,]*-[0-9]-[0-9]*,' || true
