# Streams that are not what one thinks: each is told, and bounded.
say() { echo "\$ $*"; "$TAPEDECK" audit "$@" 2>&1 || echo "exit $?"; }
: > empty.ndjson
say empty.ndjson
say none.ndjson
printf '{"type":"a","n":1}\nno json\n{"type":"a","n":"1"}\n[1,2]\n' > mixed.ndjson
say mixed.ndjson
say mixed.ndjson --fail-on two-types
say mixed.ndjson --fail-on any
say mixed.ndjson --fail-on renamed
say mixed.ndjson --fail-on twotypes
say mixed.ndjson --fail-on renamed,two-types
say mixed.ndjson --fail-on two-types,
echo "keys that are data, a field in itself, a secret that is not shown"
awk 'BEGIN {
    for (i = 0; i < 3000; i++)
        printf "{\"type\":\"k\",\"by\":{\"total\":1,\"u%d\":{\"n\":%d}}}\n", i, i
    print "{\"type\":\"r\",\"t\":{\"c\":[{\"c\":[{\"c\":[{\"c\":[]}]}]}]}}"
    print "{\"type\":\"s\",\"env\":{\"API_KEY\":\"sk-abcdefghij0123456789\"}}" }' > odd.ndjson
say odd.ndjson -v
"$TAPEDECK" audit odd.ndjson -v --json | grep -c abcdefghij || true
echo "a hundred thousand names"
awk 'BEGIN { for (i = 0; i < 100000; i++) printf "{\"type\":\"n%d\",\"i\":1}\n", i }' > names.ndjson
say names.ndjson | head -n 3
say names.ndjson -v | grep left-out
say names.ndjson --name /i | tail -n 1
echo "a torn tape, and one from stdin"
gzip -dc "$SOURCE/fixtures/tapes/cargo-build.tape.gz" > whole.tape
head -n 20 whole.tape > torn.tape
say torn.tape
say - < mixed.ndjson | head -n 2
echo "lines that are no JSON, and a transport that carries text"
printf 'no json\nneither\n' > text.ndjson
say text.ndjson
printf '{"a":1}\n{"b"' > cut.ndjson
say cut.ndjson | grep not-json
"$TAPEDECK" record - -q -o text.tape.gz < text.ndjson
say text.tape.gz
