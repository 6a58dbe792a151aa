# Events that are told by their shape where their name is not known.
cat > c.yaml <<'END2'
contract: 1
stream: {name: /method}
events:
  ping: {}
  answer: {match: {required: [id, result]}, schema: {properties: {result: {type: integer}}}}
  call: {match: {required: [id, method]}}
rules:
- {id: asked, by: id, before: [ping|call, answer]}
END2
printf '%s\n' '{"method":"ping","id":1}' '{"id":1,"result":1}' \
    '{"method":"other","id":2}' '{"id":2,"result":"x"}' '{"id":3,"result":3}' \
    '{"nothing":1}' > run.ndjson
"$TAPEDECK" validate run.ndjson --contract c.yaml 2>&1 || true
"$TAPEDECK" validate run.ndjson --contract c.yaml --jobs 2 --json 2>&1 | grep -c '"total": *1' || true
"$TAPEDECK" contract explain c.yaml | head -5
printf 'contract: 1\nevents: {a: {text: true, match: true}}\n' > c.yaml
"$TAPEDECK" validate run.ndjson --contract c.yaml 2>&1 || true
