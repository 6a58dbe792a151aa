# A file without a message is no good run: each verb says so alike. A tape may
# have recorded that nothing came.
: > empty.ndjson
printf '\n \n\n' > blank.ndjson
gzip -nc empty.ndjson > empty.ndjson.gz
printf '{"type":"a"}\n' > one.ndjson
"$TAPEDECK" record - -q -o none.tape.gz < empty.ndjson
printf 'contract: 1\nrules:\n- {id: begins, first: a}\n' > c.yaml
echo '{"type":"object"}' > s.json
say() { "$TAPEDECK" "$@" > out 2>&1 || set -- $? "$@"; tail -n 1 out; echo "  [$*]"; }
for file in empty.ndjson blank.ndjson empty.ndjson.gz none.tape.gz; do
    echo "-- $file"
    say validate $file --contract c.yaml
    say validate $file --schema s.json --output flag
    say diff one.ndjson $file
    say diff --suggest-masks one.ndjson $file
    say audit $file
    say audit one.ndjson $file --fail-on any
    say audit one.ndjson --against $file
    say learn $file
    say learn one.ndjson $file
    say learn --evaluate one.ndjson $file
    say contract coverage c.yaml $file
done
say audit - < blank.ndjson
say validate - < blank.ndjson
