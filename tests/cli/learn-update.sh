# A contract that somebody wrote goes on with further runs; more or less evidence.
python3 "$SOURCE/tests/learn/runs.py" . 1 3
"$TAPEDECK" learn good-*.ndjson -o c.yaml
for how in '' --loose --tight --all '--loose --tight'; do
  echo "rules $how: $("$TAPEDECK" learn good-*.ndjson $how 2>&1 | grep -c '^- {')"
done
"$TAPEDECK" learn good-*.ndjson --all > all.yaml && "$TAPEDECK" validate good-*.ndjson --contract all.yaml
cat > mine.yaml <<'EOF'
# how builds talk; kept by hand
contract: 1
stream: {data: /data}
events:
    build_started: {schema: {type: object, required: [build, total]}}   # ours
    task_started:
        schema:
            properties:
                # what there is to do
                kind: {enum: [compile, link]}
    task_done: {}
    note: {}
rules:
  - id: starts
    first: build_started    # always
  # not wanted: {id: x, contiguous: task_done.done, from: 1}
  - {id: few, count: note, at_most: 1, level: warn}
  - {id: big, on: build_started, expr: "total > 1000"}
EOF
"$TAPEDECK" learn --update mine.yaml good-*.ndjson -o next.yaml && cat next.yaml
"$TAPEDECK" contract lint next.yaml
echo "once more changes nothing"
"$TAPEDECK" learn --update next.yaml good-*.ndjson 2>&1 > again.yaml; cmp next.yaml again.yaml && echo same
echo "what holds again is not marked any more"
sed 's/total > 1000/total > 0/' next.yaml > better.yaml
"$TAPEDECK" learn --update better.yaml good-*.ndjson -q | grep -c 'no longer holds'
echo "no blocks, no rules, bad"
printf '%s\n' 'contract: 1' 'stream: {data: /data}' 'events: {build_started: {}}' 'rules: [{id: a, first: build_started}]' > flow.yaml
"$TAPEDECK" learn --update flow.yaml good-*.ndjson -o flow2.yaml; "$TAPEDECK" contract lint flow2.yaml; grep -c '^# ' flow2.yaml
printf '%s\n' 'contract: 1' 'stream: {data: /data}' > bare.yaml
"$TAPEDECK" learn --update bare.yaml good-*.ndjson | grep -v '^ \|^#'
try() { "$TAPEDECK" learn "$@" 2>&1 || echo "exit $?"; }
echo '{"contract":1}' > c.json
try --update c.json good-0.ndjson
try --update none.yaml good-0.ndjson
try --update good-0.ndjson good-0.ndjson
