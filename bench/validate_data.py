"""What the bars of validate check streams against: schemas and contracts."""
import json

TEXT = {"type": "string", "minLength": 1}
COUNT = {"type": "integer", "minimum": 0}
NUMBER = {"type": "number", "minimum": 0}
IDS = {"execution_id": TEXT, "seq": {"type": "integer", "minimum": 1}}
PHASE = {"type": "object", "required": ["phase", "name", "task_count"], "properties": {
    "phase": {"type": "integer", "minimum": 0, "maximum": 4}, "name": TEXT,
    "task_count": COUNT, "status": {"const": "pending"}}}

# The data of each event that gen_events makes.
EVENTS = {
    "execution_started": {"total_tasks": COUNT, "phases": {"type": "array", "items": PHASE}},
    "progress_update": {
        "task_id": {"type": "string", "pattern": "^task_\\d{3,}$"}, "task_name": TEXT,
        "phase": {"type": "integer", "minimum": 0, "maximum": 4}, "phase_name": TEXT,
        "status": {"enum": ["pending", "in_progress", "completed", "failed"]},
        "progress": COUNT, "progress_percent": {"type": "number", "minimum": 0, "maximum": 100},
        "completed_tasks": COUNT, "total_tasks": COUNT, "current_wave": COUNT,
        "duration_ms": NUMBER, "attempt": COUNT, "tokens_used": COUNT, "cost_usd": NUMBER},
    "artifact_created": {
        "artifact_id": TEXT, "artifact_name": TEXT,
        "artifact_type": {"enum": ["file", "directory", "config", "test", "documentation"]},
        "file_path": TEXT, "size_bytes": COUNT, "task_id": TEXT, "metadata": {"type": "object"}},
    "error": {
        "error_id": TEXT, "task_id": TEXT, "task_name": TEXT, "error_message": TEXT,
        "error_type": {"type": "string", "pattern": "^[a-z]+(_[a-z]+)*$"},
        "retry_count": COUNT, "max_retries": {"enum": [3, 4]}, "recoverable": {"type": "boolean"}},
    "wave_completed": {
        "wave_number": {"type": "integer", "minimum": 1}, "tasks_in_wave": COUNT,
        "successful_tasks": COUNT, "failed_tasks": COUNT, "duration_ms": NUMBER,
        "artifacts_created": COUNT},
    "execution_completed": {
        "status": {"enum": ["completed", "failed", "partial_success"]}, "total_tasks": COUNT,
        "completed_tasks": COUNT, "failed_tasks": COUNT, "skipped_tasks": COUNT,
        "total_duration_ms": NUMBER, "artifacts_created": COUNT},
}

TIME = "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$"


def message(name, fields):
    """The schema of a whole message, every field required, no other allowed."""
    fields = {**IDS, **fields}
    return {"type": "object", "required": ["type", "timestamp", "data"],
            "additionalProperties": False, "properties": {
                "type": {"const": name} if name else {"type": "string"},
                "timestamp": {"type": "string", "pattern": TIME},
                "data": {"type": "object", "required": list(fields), "properties": fields,
                         "additionalProperties": False}}}


def one_of(schemas):
    return {"$schema": "http://json-schema.org/draft-07/schema#", "oneOf": schemas}


def stream_schema():
    return one_of([message(name, fields) for name, fields in EVENTS.items()])


KINDS = 50


def many_schema():
    """A oneOf of 50 events with full messages."""
    fields = EVENTS["progress_update"]
    return one_of([message(f"event_{i:02}", fields) for i in range(KINDS)])


def single_schema():
    return {"$schema": "http://json-schema.org/draft-07/schema#",
            **message(None, EVENTS["progress_update"])}


ORDER = """contract: 1
stream: {data: /data}
rules:
- {id: starts, first: execution_started}
- {id: up, by: execution_id, ends: execution_completed, monotonic: "*.seq", mode: increasing}
- {id: begun, by: execution_id, ends: execution_completed, before: [execution_started, progress_update]}
"""

# Twenty rules of many verbs, most of them about the event that comes most.
RULES = """contract: 1
stream: {data: /data}
rules:
- {id: starts, first: execution_started}
- {id: some, count: progress_update, at_least: 1}
- {id: waves, count: wave_completed, at_least: 1}
- {id: errors, count: error, at_least: 0}
- {id: none, absent: nothing_like_it}
- {id: total, constant: progress_update.total_tasks}
- {id: total-done, constant: execution_completed.total_tasks}
- {id: phase, constant: progress_update.phase}
- {id: status, constant: progress_update.status}
- {id: attempt, constant: progress_update.attempt}
- {id: retries, constant: error.max_retries}
- {id: wave-size, constant: wave_completed.tasks_in_wave}
- {id: kind, constant: artifact_created.artifact_type}
- {id: done, count: "progress_update[status == 'completed']", at_least: 1}
- {id: small, count: "progress_update[completed_tasks > 120]", at_most: 0}
- {id: sane, count: "progress_update[progress_percent > 100]", at_most: 0}
- {id: started, before: [execution_started, progress_update]}
- {id: waved, before: [progress_update, wave_completed]}
- {id: made, before: [execution_started, artifact_created]}
- {id: ended, before: [wave_completed, execution_completed]}
"""


def write_all(folder):
    """All of it as files; a dict of their paths."""
    texts = {"stream.json": json.dumps(stream_schema()), "many.json": json.dumps(many_schema()),
             "single.json": json.dumps(single_schema()), "order.contract.yaml": ORDER,
             "rules.contract.yaml": RULES}
    paths = {}
    for name, text in texts.items():
        paths[name] = f"{folder}/{name}"
        with open(paths[name], "w", encoding="utf-8") as out:
            out.write(text)
    return paths


def write_many(source, path, count):
    """Progress updates under 50 names."""
    with open(source, encoding="utf-8") as lines, open(path + ".part", "w", encoding="utf-8") as out:
        wrote = 0
        for line in lines:
            if not line.startswith('{"type":"progress_update"'):
                continue
            out.write(line.replace("progress_update", f"event_{wrote % KINDS:02}", 1))
            wrote += 1
            if wrote == count:
                break
    return wrote
