# Reports name where a rule stands in its contract: of a gate as seen from the
# project, of an import in the file that has it; of what no contract says, nowhere.
mkdir -p .tapedeck
cat > .tapedeck/c.yaml <<'EOF'
contract: 1
import: [more.json]
rules:
- {id: starts, first: a}

- id: ends
  last: z
EOF
cat > .tapedeck/more.json <<'EOF'
{"contract": 1,
 "rules": [
  {"id": "once", "count": "b", "at_most": 1}]}
EOF
cat > .tapedeck/gates.yaml <<'EOF'
gates: 1
checks:
  s: {kind: stream, tape: run.ndjson, contract: .tapedeck/c.yaml}
EOF
printf '{"type":"a"}\n{"type":"b"}\n' > run.ndjson
"$TAPEDECK" validate -q --gates .tapedeck/gates.yaml --report json=v.json \
    --report html=v.html 2>&1 || echo "status $?"
jq -c '.gates[].rules[] | [.id, .where]' v.json
grep -o 'class="dim">[^<]*\.\(yaml\|json\):[0-9]*' v.html
"$TAPEDECK" report v.json --format sarif | jq -c '.runs[].tool.driver.rules[]'
for format in junit tap ctrf; do
    "$TAPEDECK" report v.json --format $format | grep -o 'rule: [a-z/.]*:[0-9]*'
done
"$TAPEDECK" report v.json --format text | grep -A2 '^  error ends'
for format in markdown github gitlab; do
    "$TAPEDECK" report v.json --format $format | grep -o '(rule: [^)]*)'
done
"$TAPEDECK" validate --gates .tapedeck/gates.yaml 2>&1 | grep event
"$TAPEDECK" validate -q run.ndjson --contract .tapedeck/c.yaml --report json=v.json \
    2>&1 || echo "status $?"
jq -c '.gates[].rules[] | [.id, .where]' v.json
