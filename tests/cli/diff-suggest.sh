# Three good runs say which fields are volatile; the masks then hide just that.
a_run() {
    cat <<END
{"type":"started","run":"$1","at":"2026-01-0$2T10:00:00Z","host":{"pid":$2$2}}
{"type":"progress","data":{"task_id":"t1","n":1,"took":$2,"tags":[$3]}}
{"type":"progress","data":{"task_id":"t2","n":2,"took":1$2,"tags":["z"]}}
{"type":"log","text":"about to $4"}
{"type":"log","text":"then $4"}
{"type":"done","run":"$1","at":"2026-01-0$2T10:00:05Z"}
END
}
a_run r-81 1 '"x","y"' leave > 1.ndjson
a_run q-17 2 '"y","x"' stay | grep -v then > 2.ndjson
a_run s-03 3 '"x","y"' stay > 3.ndjson
"$TAPEDECK" diff --suggest-masks 1.ndjson 2.ndjson 3.ndjson | tee masks.yaml
"$TAPEDECK" diff --masks masks.yaml 1.ndjson 2.ndjson
"$TAPEDECK" diff --masks masks.yaml 1.ndjson 3.ndjson
sed 's/"n":2/"n":3/; $s/q-17/r-81/' 2.ndjson > bad.ndjson
"$TAPEDECK" diff --masks masks.yaml 1.ndjson bad.ndjson || echo "exit $?"
echo "no mask explains a kind"
sed 's/"n":2/"n":"2"/' 1.ndjson > kind.ndjson
"$TAPEDECK" diff --suggest-masks 1.ndjson kind.ndjson 2>&1 || echo "exit $?"
"$TAPEDECK" diff --suggest-masks 1.ndjson kind.ndjson --json 2>&1 || echo "exit $?"
"$TAPEDECK" diff 1.ndjson 2.ndjson 3.ndjson 2>&1 || echo "exit $?"
