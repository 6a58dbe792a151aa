# Files that cannot be read do not keep others from being learned of, or from
# being counted.
say() { echo "\$ $*"; "$TAPEDECK" "$@" 2>&1 || echo "exit $?"; }
mkdir runs
for i in 1 2 3; do printf '{"type":"end","size":%d}\n' $i > runs/r$i.ndjson; done
printf 'no tape' > runs/foreign.tape
awk 'BEGIN { for (i = 0; i < 20000; i++) printf "{\"type\":\"odd\",\"i\":%d}\n", i }' |
    gzip -nc | head -c 20000 > runs/cut.ndjson.gz
say learn runs -o c.yaml
grep -e '^ *end:' -e odd -e tapes c.yaml
say learn runs/r*.ndjson -o same.yaml
cmp c.yaml same.yaml
say learn --update c.yaml runs -o c.yaml --overwrite
cmp c.yaml same.yaml
say learn --evaluate runs
say learn runs/foreign.tape runs/none.ndjson
say learn runs -o runs/r1.ndjson --overwrite
say contract coverage c.yaml runs --report json=v.json --min 100
grep -o '"verdict":"[a-z]*"' v.json | head -n 1
say contract coverage c.yaml runs --json | grep -o '"unread":[0-9]*'
say contract coverage c.yaml runs/foreign.tape
