# Lines that begin with a byte order mark, as editors and shells of Windows write
# them: it is no part of the first message for any reader (RFC 8259, 8.1). Within
# the lines it is.
export SOURCE_DATE_EPOCH=1700000000
say() { "$TAPEDECK" "$@" 2>&1 || echo "exit $?"; }
printf '{"type":"a","x":1}\n{"type":"b","x":2}\n' > plain
{ printf '\357\273\277'; cat plain; } > marked
gzip -c marked > marked.gz
printf 'contract: 1\nevents: {a: {schema: {required: [x]}}, b: {}}\n' > c.yaml
for file in marked marked.gz; do
    echo "-- $file"
    say validate "$file" --contract c.yaml
    say diff "$file" plain
    say audit "$file" | tail -n 2
done
echo '{"required":["x"]}' > s.json
say validate marked --schema s.json --output flag
say learn marked -o learned.yaml
say validate plain --contract learned.yaml --summary
echo "-- on stdin"
"$TAPEDECK" validate - --contract c.yaml --summary < marked
"$TAPEDECK" record - -q -o run.tape.gz < marked
say cat run.tape.gz | grep -o '"[a-z]*":{"type.*'
say validate run.tape.gz --contract c.yaml --summary
echo "-- a tape as text"
{ printf '\357\273\277'; zcat run.tape.gz; } > tape.ndjson
say cat tape.ndjson | grep -o '"[a-z]*":{"type.*'
say verify tape.ndjson --quiet
say validate tape.ndjson --contract c.yaml --summary
echo "-- no line, and one further on"
printf '\357\273\277' > only
say validate only
{ cat plain; cat marked; } > within
say validate within
printf '\357\273\277\357\273\277{}\n' > twice
say validate twice --summary
