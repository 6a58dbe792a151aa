# Why a count had nothing to judge: all that it may be.
cat > c.yaml <<'END'
contract: 1
unknown: ignore
rules:
- {id: unsaid, count: done, exactly: task-started.total}
- {id: undefined, count: done, exactly: started.total / 0}
- {id: endless, count: done, exactly: 1, when: {between: [started, completed]}}
- {id: absent, absent: done, when: {after: completed}}
- {id: keyless, by: id, last: done}
- {id: nothing, first: completed, by: id}
END
cat > run.ndjson <<'END'
{"type":"started","total":1}
{"type":"done"}
END
"$TAPEDECK" validate --contract c.yaml run.ndjson
"$TAPEDECK" validate -v --contract c.yaml run.ndjson
"$TAPEDECK" validate --strict --contract c.yaml run.ndjson 2>&1 || echo "status $?"
