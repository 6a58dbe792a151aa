# An answer that could not be printed is trouble (4), whatever the answer was.
try() { "$TAPEDECK" "$@" > /dev/full 2>> said || echo "$1 $2: $?"; }
printf '{"tape":1,"id":"a","start":"2026-01-31T12:00:00.000000000Z"}\n{"s":1,"t":0,"d":"out","c":1,"json":{"type":"x"}}\n' > torn.ndjson
printf '{"type":"x"}\n' > x.ndjson
printf 'contract: 1\nevents: {a: {}}\n' > c.yaml
printf 'contract: 1\nevents: {a: {schema: {minimun: 1}}}\n' > doubt.yaml
try validate x.ndjson --contract c.yaml
try validate x.ndjson --contract c.yaml --json
try validate x.ndjson torn.ndjson --contract c.yaml --summary
try verify torn.ndjson --json
try contract lint --strict doubt.yaml
try cut torn.ndjson -o part.tape.gz --json
try merge torn.ndjson -o merged.tape.gz --json
try recover torn.ndjson -o whole.tape.gz --json
try reindex torn.ndjson -o again.tape.gz --json
try info torn.ndjson
try cat torn.ndjson
try replay torn.ndjson --speed max -
printf 'plan: 1\ntasks: [{id: a, run: "true"}]\n' > plan.yaml
try run plan.yaml
try retry x1 --json
try record - -o r.tape.gz --json < x.ndjson
grep -c 'stdout: cannot write: No space left' said
