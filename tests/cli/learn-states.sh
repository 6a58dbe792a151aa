# Values that follow each other, and members that depend on a text.
python3 - <<'EOF'
import json
import random

for run in range(4):
    rng = random.Random(run)
    tasks = {"t-%d" % n: "pending" for n in range(12)}
    after = {"pending": ["running"], "running": ["done", "failed"], "failed": ["running"]}
    with open("run-%d.ndjson" % run, "w", encoding="utf-8") as out:
        def say(kind, data):
            out.write(json.dumps({"type": kind, "data": data}) + "\n")
        for task in tasks:
            say("task", {"id": task, "state": "pending", "kind": "step", "step": 1})
        while any(state != "done" for state in tasks.values()):
            task = rng.choice([t for t, s in tasks.items() if s != "done"])
            tasks[task] = rng.choice(after[tasks[task]])
            kind = rng.choice(["step", "wait", "note"])
            more = {"step": {"step": rng.randint(1, 9)}, "wait": {"until": "x", "why": "y"}, "note": {}}
            say("task", {"id": task, "state": tasks[task], "kind": kind, **more[kind]})
EOF
"$TAPEDECK" learn run-[012].ndjson -o c.yaml && sed -n '/oneOf/,$p' c.yaml
"$TAPEDECK" contract lint --strict c.yaml
"$TAPEDECK" validate run-*.ndjson --contract c.yaml
try() { "$TAPEDECK" validate bad.ndjson --contract c.yaml 2>&1 | grep -e fail -e ' seq '; }
echo "a step that nobody takes"
sed '0,/"state": "running"/s//"state": "done"/' run-3.ndjson > bad.ndjson; try
echo "a member of another kind"
sed '0,/"kind": "wait"/s//"kind": "note"/' run-3.ndjson > bad.ndjson; try
