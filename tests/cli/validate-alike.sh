# Events that differ in the midst of a text are told apart as fast as others:
# compared with each other they would take an hour.
seq -f '{"type":"a","url":"https://x/%07.0f/index.html"}' 100000 > run.ndjson
seq -f '{"type":"a","url":"https://x/%07.0f/index.html"}' 7 7 >> run.ndjson
printf 'contract: 1\nunknown: ignore\nrules:\n- {id: twice, no_duplicate: a}\n' > c.yaml
"$TAPEDECK" validate --contract c.yaml run.ndjson || echo "exit $?"
