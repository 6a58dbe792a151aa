# Segments keep their own losses and endings, one without events too.
cat > run.ndjson <<'LINES'
{"tape":1,"id":"a","start":"2026-01-31T12:00:00.000000000Z"}
{"end":{"how":"clean","events":0,"lost":0}}
{"tape":1,"id":"b","start":"2026-01-31T12:00:00.000000000Z"}
{"s":1,"t":5,"d":"in","c":1,"json":1}
{"end":{"how":"limit","events":1,"last":5,"lost":4,"why":"no \"how\":\"clean\""}}
{"tape":1,"id":"c","start":"2026-01-31T12:00:00.000000000Z"}
{"s":1,"t":5,"d":"in","c":1,"json":1}
{"s":3,"t":6,"d":"in","c":1,"json":1}
{"end":{"how":"signal","events":3,"last":6,"lost":2}}
{"tape":1,"id":"d","start":"2026-01-31T12:00:00.000000000Z"}
LINES
lossy() { "$@" 2>> said || test $? = 3; }
lossy $TAPEDECK cat run.ndjson > same.ndjson
cmp run.ndjson same.ndjson
for verb in reindex squeeze recover; do
  echo "$verb"
  lossy $TAPEDECK $verb -q run.ndjson -o $verb.tape.gz
  lossy $TAPEDECK cat $verb.tape.gz
  lossy $TAPEDECK verify --json $verb.tape.gz
done
cat said >&2
