# The bytes say what an input is: a tape, NDJSON, either of them gzipped or not.
printf '{"type":"a","n":1}\n{"type":"b"}\n' > in.ndjson
"$TAPEDECK" record - -o run.tape.gz -q < in.ndjson > /dev/null
cp run.tape.gz other.name
gzip -k in.ndjson
status() { "$@" || echo "status $?"; }

cat run.tape.gz | "$TAPEDECK" validate
"$TAPEDECK" validate - < run.tape.gz
zcat run.tape.gz | "$TAPEDECK" validate -
zcat run.tape.gz | gzip | "$TAPEDECK" validate -
python3 -uc 'import sys
for b in open("run.tape.gz", "rb").read(): sys.stdout.buffer.write(bytes([b])), sys.stdout.flush()' |
    "$TAPEDECK" validate -
cat in.ndjson | "$TAPEDECK" validate -
cat in.ndjson.gz | "$TAPEDECK" validate -
cat in.ndjson.gz in.ndjson.gz | "$TAPEDECK" validate -
head -c 30 in.ndjson.gz | status "$TAPEDECK" validate - 2>&1 | sed 's/byte [0-9]*/byte N/'
head -c 400 run.tape.gz | status "$TAPEDECK" validate - 2>&1 | sed 's/[0-9]* events\{0,1\},/N events,/; s/byte [0-9]*/byte N/'
status "$TAPEDECK" validate - < /dev/null 2>&1
printf '\037\213garbage' | status "$TAPEDECK" validate - 2>&1

echo "several:"
cat in.ndjson | "$TAPEDECK" validate run.tape.gz - in.ndjson.gz other.name
printf 'no\n' > bad.ndjson
printf '{"type":"a"' > cut.tape.gz
status "$TAPEDECK" validate bad.ndjson run.tape.gz 2>&1
status "$TAPEDECK" validate run.tape.gz bad.ndjson nowhere.ndjson 2>&1
status "$TAPEDECK" validate cut.tape.gz in.ndjson 2>&1
