# What cannot be compared is said, with the status that it has everywhere.
try() { "$TAPEDECK" diff "$@" 2>&1 || echo "exit $?"; }
printf '{"type":"a"}\n' > a.ndjson
: > empty.ndjson
try a.ndjson
try a.ndjson none.ndjson
try a.ndjson empty.ndjson
try a.ndjson . | sed 's/:.*is/: is/'
try a.ndjson - < a.ndjson
cat a.ndjson | try a.ndjson -
try a.ndjson a.ndjson --order sideways
try a.ndjson a.ndjson --masks none.yaml
printf 'masks: 1\nfields: {/a: ingore}\n' > bad.yaml
try a.ndjson a.ndjson --masks bad.yaml
printf 'masks: 1\nfeilds: {}\n' > bad.yaml
try a.ndjson a.ndjson --masks bad.yaml
echo "a torn tape is the same as far as it goes"
gzip -dc "$SOURCE/fixtures/tapes/cargo-build.tape.gz" > whole.tape
head -n 20 whole.tape > torn.tape
try torn.tape torn.tape
try whole.tape torn.tape | head -n 1
echo "no JSON, one of a thousand times the length, other programs"
printf 'one\ntwo\n' > text.ndjson
printf 'one\n2\n' > text2.ndjson
try text.ndjson text2.ndjson
for i in $(seq 2000); do cat a.ndjson; done > long.ndjson
try a.ndjson long.ndjson | head -n 1
try "$SOURCE/fixtures/tapes/node-test.tape.gz" "$SOURCE/fixtures/tapes/chromium-devtools.tape.gz" | head -n 1
echo "a message of very many members, a very deep one, one key many times"
wide() { awk -v v="$1" 'BEGIN {
    printf "{\"type\":\"w\",\"x\":{"
    for (i = 0; i < 30000; i++) printf "%s\"k%d\":\"%s%d\"", i ? "," : "", i, v, i
    print "}}"
    printf "{\"type\":\"d\",\"x\":"
    for (i = 0; i < 500; i++) printf "["
    printf "\"%s\"", v
    for (i = 0; i < 500; i++) printf "]"
    print "}"
    print "{\"type\":\"m\",\"a\":1,\"a\":\"" v "\"}" }'; }
wide v > v.ndjson
wide w > w.ndjson
try v.ndjson w.ndjson -v | grep 'more changes'
printf 'masks: 1\nfields: {/**/x/*: number-ids, /a: ignore}\n' > wide.yaml
try v.ndjson w.ndjson --masks wide.yaml | head -n 1
