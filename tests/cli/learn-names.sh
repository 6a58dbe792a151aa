# Events whose names are no plain words have rules as all others.
cat > make.py <<'EOF'
import json
import sys

run = int(sys.argv[1])
for name, more in [("run/start", {"steps": 5 + run})] + [
    (name, {"id": "%d-%d" % (run, n)})
    for n in range(5 + run) for name in ("step: begin", "it's \"done\" \\ (ok)")
] + [("run.end", {}), ("chat message", {}), ("in", {}), ("except", {}), ("@set", {}), ("12", {}), ("null", {}), ("*", {})]:
    print(json.dumps({"type": name, "data": more}))
EOF
for run in 1 2 3; do python3 make.py $run > $run.ndjson; done
"$TAPEDECK" learn 1.ndjson 2.ndjson 3.ndjson -o learned.yaml
sed -n '/^rules/,$p' learned.yaml
"$TAPEDECK" contract lint learned.yaml
python3 make.py 4 > held.ndjson
"$TAPEDECK" validate held.ndjson --contract learned.yaml | head -n 1
sed '/chat message/d' held.ndjson > drop.ndjson
"$TAPEDECK" validate drop.ndjson --contract learned.yaml -q > /dev/null || echo "exit $?"
sed '3d' held.ndjson > lost.ndjson
"$TAPEDECK" validate lost.ndjson --contract learned.yaml -q > /dev/null || echo "exit $?"
echo "-- an update knows them again, and says what a stream as a whole lacks"
"$TAPEDECK" learn --update learned.yaml 1.ndjson 2.ndjson 3.ndjson -o again.yaml
cmp learned.yaml again.yaml && echo same
"$TAPEDECK" learn --update learned.yaml drop.ndjson | grep "no longer holds"
echo "-- control characters, and what is too long, are left to schemas"
for run in 1 2; do
    printf '{"type":"a\\u0007b","n":%d}\n{"type":"%0140d","n":1}\n' $run 7
done > odd.ndjson
"$TAPEDECK" learn odd.ndjson --all | grep -c -e first: -e last: -e count:
