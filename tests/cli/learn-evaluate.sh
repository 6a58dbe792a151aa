# What learned contracts accept and catch, and what cannot be evaluated.
python3 "$SOURCE/tests/learn/runs.py" . 1 6
try() { echo "\$ $*"; "$TAPEDECK" learn "$@" 2>&1 || echo "exit $?"; }
try --evaluate good-*.ndjson
try --evaluate good-*.ndjson --json
try --evaluate good-*.ndjson --loose
echo "a run that is not like the others"
sed 's/"build_done"/"build_ended"/' good-1.ndjson > other.ndjson
try --evaluate good-0.ndjson good-2.ndjson other.ndjson
echo "no numbers, no names, no JSON, nothing"
printf '%s\n' '{"type":"a"}' > a.ndjson; printf 'no\n[]\n' > b.ndjson; "$TAPEDECK" record - -q -o c.tape.gz < /dev/null
try --evaluate a.ndjson b.ndjson c.tape.gz
try --evaluate a.ndjson
try --evaluate a.ndjson -o x.yaml
try --evaluate a.ndjson -
try --evaluate a.ndjson none.ndjson
seq -f '{"type":"n","n":%.0f}' 20001 > long.ndjson
try --evaluate a.ndjson long.ndjson
