# A tape that is still being recorded is followed to its end line.
cat > c.yaml <<'END'
contract: 1
rules:
- {id: ends, last: end}
END
mkfifo events
"$TAPEDECK" record - -o run.tape.gz --flush-interval 1ms -q < events &
exec 3> events
printf '{"type":"a"}\n' >&3
while ! [ -e run.tape.gz ]; do :; done
"$TAPEDECK" validate -f run.tape.gz --contract c.yaml > verdict 3>&- &
printf '{"type":"end"}\n' >&3
exec 3>&-
wait
cat verdict
echo "lines:"
printf '{"type":"a"}\n' > lines.ndjson
"$TAPEDECK" validate -f lines.ndjson 2>&1 || echo "status $?"
"$TAPEDECK" validate -f - < lines.ndjson 2>&1 || echo "status $?"
"$TAPEDECK" validate -f run.tape.gz run.tape.gz 2>&1 || echo "status $?"
"$TAPEDECK" validate -f run.tape.gz --contract c.yaml
