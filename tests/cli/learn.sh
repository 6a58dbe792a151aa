# A contract of good runs: read as a person would, kept by the runs it is from.
python3 "$SOURCE/tests/learn/runs.py" . 1 5
"$TAPEDECK" learn good-*.ndjson -o c.yaml && cat c.yaml
"$TAPEDECK" contract lint --strict c.yaml
"$TAPEDECK" validate good-*.ndjson --contract c.yaml
try() { "$TAPEDECK" learn "$@" 2>&1 || echo "exit $?"; }
try good-0.ndjson -o c.yaml
try good-0.ndjson -o c.yaml --overwrite
try - < good-0.ndjson
try none.ndjson
: > empty.ndjson
try empty.ndjson
echo "every tape keeps the contract that it taught"
for tape in "$SOURCE"/fixtures/tapes/*.tape.gz "$SOURCE"/fixtures/execution/good/*.ndjson*; do
    "$TAPEDECK" learn "$tape" > own.yaml
    "$TAPEDECK" contract lint own.yaml | grep error || true
    "$TAPEDECK" validate "$tape" --contract own.yaml | sed 's/.*\///' | head -n 1
done
echo "names and texts that YAML reads otherwise, keys that are data, secrets"
printf '%s\n' '{"type":"yes","no":"1: 2","a b":[null,{"x":1}],"e":{}}' \
    '{"type":"a: b","k":"\u001b[1m","n":1e400,"token":"sk-abcdefghij0123456789"}' \
    '{"type":"#","v":[[1],[2.5]],"u":null}' '[1]' > odd.ndjson
try odd.ndjson
"$TAPEDECK" learn odd.ndjson > odd.yaml
"$TAPEDECK" validate odd.ndjson --contract odd.yaml
