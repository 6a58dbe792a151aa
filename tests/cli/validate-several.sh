# Several inputs, one call: each has its verdict, and a line sums them up.
cat > c.yaml <<'END'
contract: 1
rules:
- {id: starts, first: a}
END
printf '{"type":"a"}\n' > good.ndjson
printf '{"type":"b"}\n' > bad.ndjson
printf '\n\n' > blank.ndjson
"$TAPEDECK" record - -o good.tape.gz -q < good.ndjson
"$TAPEDECK" validate --summary --contract c.yaml good.ndjson good.tape.gz
"$TAPEDECK" validate --summary --contract c.yaml good.ndjson bad.ndjson good.tape.gz || echo "status $?"
"$TAPEDECK" validate --summary --json --contract c.yaml good.ndjson bad.ndjson 2> /dev/null | tail -1
"$TAPEDECK" validate -q --summary --contract c.yaml good.ndjson bad.ndjson 2>&1 || echo "status $?"
"$TAPEDECK" validate --summary --contract c.yaml blank.ndjson bad.ndjson 2>&1 || echo "status $?"
