# Two runs of a stream: what is the same, what differs, and what masks hide.
cat > a.ndjson <<'END'
{"type":"started","run":"r-81","at":"2026-01-01T10:00:00Z","host":"alpha"}
{"type":"progress","data":{"task_id":"t1","n":1,"took":140}}
{"type":"progress","data":{"task_id":"t2","n":2,"took":90}}
{"type":"artifact","data":{"path":"src/a.c","size":1030,"tags":["x","y"],"by":"r-81"}}
{"type":"artifact","data":{"path":"src/b.c","size":2000,"tags":["z"],"by":"r-81"}}
{"type":"done","run":"r-81"}
END
sed 's/r-81/q-17/; s/alpha/beta/; s/T10:/T11:/; s/140/60/; s/"x","y"/"y","x"/' a.ndjson > b.ndjson
cat > masks.yaml <<'END'
masks: 1
identity: {progress: [task_id], artifact: [path]}
fields:
  /run: number-ids
  /data/by: number-ids
  /at: relative-time
  /host: ignore
  /data/took: {round: 100}
  /data/tags: sort
END
say() { "$TAPEDECK" diff "$@" 2>&1 || echo "exit $?"; }
say a.ndjson a.ndjson
say a.ndjson b.ndjson
say a.ndjson b.ndjson --masks masks.yaml
grep -v '"t2"' b.ndjson | sed 's/1030/9999/; s/"host":"beta"/"host":7/' > c.ndjson
say a.ndjson c.ndjson --masks masks.yaml
say c.ndjson a.ndjson --masks masks.yaml
say a.ndjson c.ndjson --masks masks.yaml -v
say a.ndjson c.ndjson --masks masks.yaml --json
echo "an id that is broken"
sed '5s/q-17/q-18/' b.ndjson > d.ndjson
say a.ndjson d.ndjson --masks masks.yaml
echo "order"
{ sed -n 1p a.ndjson; sed -n 3p a.ndjson; sed -n '2p;4,$p' a.ndjson; } > e.ndjson
say a.ndjson e.ndjson
say a.ndjson e.ndjson --order bag
say a.ndjson e.ndjson --key data.task_id
