cp -r "$SOURCE/fixtures/contracts" "$SOURCE/fixtures/schemas" .
cat > run.ndjson <<'END'
{"type":"progress_update","data":{"task_id":"t","completed_tasks":2}}
{"type":"progress_update","data":{"task_id":"task_002","task_name":"b","status":"done","progress_percent":33.333,"completed_tasks":1,"total_tasks":3}}
nope
{"type":"progres_update","data":{}}
END
"$TAPEDECK" validate run.ndjson --max-findings 2 --contract contracts/execution.contract.yaml
