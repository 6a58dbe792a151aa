# Files that cannot be read do not keep others from being looked at.
say() { echo "\$ $*"; "$TAPEDECK" audit "$@" 2>&1 || echo "exit $?"; }
mkdir runs runs/folder.tape old
for i in 1 2 3; do printf '{"type":"end","size":%d}\n' $i > runs/r$i.ndjson; done
cp runs/r1.ndjson old
: > runs/empty.ndjson
printf 'no tape' > runs/foreign.tape
gzip -nc runs/r1.ndjson | head -c 15 > runs/cut.ndjson.gz
ln -s nowhere runs/gone.ndjson
say runs
say runs --fail-on any
say runs/r1.ndjson runs/none.ndjson | head -n 3
say runs/empty.ndjson runs/gone.ndjson
say runs/r1.ndjson --against runs | head -n 8
echo "-- no silence is for it, and the page says what is missing"
printf 'audit: 1\nsilence: [{event: "*"}, {kind: unread}]\n' > audit.yaml
say runs -v --report sarif=s.json --report json=v.json | sed -n '/silence/p; $p'
grep -o '"text": *".file.[^"]*' s.json
grep -o '"verdict":"[a-z]*"' v.json | head -n 1
grep -o '"reason":"[^"]*"' v.json | head -n 1
rm audit.yaml
say runs --json | grep -o '{"kind":"unread"[^}]*}'
echo "-- a tape that threads share, and one that is empty"
awk 'BEGIN { for (i = 0; i < 60000; i++) printf "{\"type\":\"n\",\"i\":%d}\n", i }' |
    "$TAPEDECK" record - -q -o big.tape.gz
say big.tape.gz runs/empty.ndjson | sed 's/, recorded.*//; s/  *[0-9]* bytes.*//'
