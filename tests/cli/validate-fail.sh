cp -r "$SOURCE/fixtures/schemas" .
mkdir contracts
cat > contracts/run.contract.yaml <<'END'
contract: 1
stream: {data: /data}
events:
  execution_started: {}
  progress_update: {schema: {$ref: ../schemas/progress_update.json}}
  wave_completed: {}
  execution_completed: {}
rules:
- {id: R10, first: execution_started}
- {id: R10b, count: execution_started, exactly: 1}
- {id: R11, last: execution_completed}
- {id: R14, count: wave_completed, at_most: 10, level: warn}
- {id: R21, monotonic: progress_update.completed_tasks}
- {id: R33, monotonic: wave_completed.wave_number, mode: increasing}
END
cat > run.ndjson <<'END'
{"type":"progress_update","data":{"task_id":"t","completed_tasks":2}}
{"type":"progress_update","data":{"task_id":"task_002","task_name":"b","status":"done","progress_percent":33.333,"completed_tasks":1,"total_tasks":3}}
nope
{"type":"progres_update","data":{}}
END
"$TAPEDECK" validate run.ndjson --max-findings 2 --contract contracts/run.contract.yaml --allow-refs schemas
