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
{"type":"execution_started","timestamp":"2025-01-01T00:00:00.000Z","data":{"execution_id":"x1","total_tasks":2,"phases":[{"phase":3,"name":"Execution","task_count":2,"status":"pending"}]}}
{"type":"progress_update","timestamp":"2025-01-01T00:00:01.000Z","data":{"task_id":"task_001","task_name":"a","phase":3,"phase_name":"Execution","status":"completed","progress":1,"progress_percent":50.0,"completed_tasks":1,"total_tasks":2,"current_wave":1,"duration_ms":1000.0}}
{"type":"progress_update","timestamp":"2025-01-01T00:00:02.000Z","data":{"task_id":"task_002","task_name":"b","phase":3,"phase_name":"Execution","status":"completed","progress":2,"progress_percent":100.0,"completed_tasks":2,"total_tasks":2,"current_wave":1,"duration_ms":1000.0}}
{"type":"execution_completed","timestamp":"2025-01-01T00:00:02.002Z","data":{"execution_id":"x1","status":"completed","total_tasks":2,"completed_tasks":2,"failed_tasks":0,"skipped_tasks":0,"total_duration_ms":2002.0}}
END
"$TAPEDECK" validate -v run.ndjson --schema schemas/envelope.json --contract contracts/run.contract.yaml --allow-refs schemas
gzip run.ndjson
"$TAPEDECK" validate run.ndjson.gz --schema schemas/envelope.json
zcat run.ndjson.gz | "$TAPEDECK" validate - --json --schema schemas/envelope.json
