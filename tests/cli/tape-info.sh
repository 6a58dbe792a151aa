cat > run.ndjson <<'END'
{"tape":1,"id":"x","start":"2026-01-31T12:00:00.000000000Z","clock":"monotonic","source":"ws://example.test/"}
{"s":1,"t":0,"d":"in","c":1,"k":"open","json":{"url":"ws://example.test/"}}
{"s":2,"t":1000000000,"d":"out","c":1,"ev":"ping","json":["ping",1.10]}
{"s":3,"t":2000000000,"d":"out","c":1,"ev":"pong","text":"not\njson"}
{"end":{"how":"clean","events":3,"last":2000000000,"lost":0,"text":0}}
END
$TAPEDECK reindex -q run.ndjson -o run.tape.gz
$TAPEDECK info run.ndjson
# How and why it ended, what was noted; of tapes behind each other all of it.
printf '{"type":"a"}\n{"type":"b"}\n' | $TAPEDECK record -q - -o noted.tape.gz \
    --max-events 1 --meta ticket=7
$TAPEDECK info noted.tape.gz | grep -e ^meta -e ^end
cat run.tape.gz run.tape.gz noted.tape.gz > all.tape.gz
$TAPEDECK info all.tape.gz | grep -e ^id -e ^start -e ^events -e ^end
cat run.tape.gz run.tape.gz | $TAPEDECK info - | grep ^span
# Numbers of other writers keep their digits.
sed '1s/"clock"/"meta":{"build":1.10,"big":123456789012345678901,"list":[1.0]},"clock"/' \
    run.ndjson > digits.ndjson
$TAPEDECK info digits.ndjson | grep ^meta
