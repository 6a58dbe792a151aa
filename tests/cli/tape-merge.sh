cat > run.ndjson <<'END'
{"tape":1,"id":"x","start":"2026-01-31T12:00:00.000000000Z","clock":"monotonic","source":"ws://example.test/"}
{"s":1,"t":0,"d":"in","c":1,"k":"open","json":{"url":"ws://example.test/"}}
{"s":2,"t":1000000000,"d":"out","c":1,"ev":"ping","json":["ping",1.10]}
{"s":3,"t":2000000000,"d":"out","c":1,"ev":"pong","text":"not\njson"}
{"end":{"how":"clean","events":3,"last":2000000000,"lost":0,"text":0}}
END
$TAPEDECK reindex -q run.ndjson -o run.tape.gz
$TAPEDECK merge -q run.tape.gz run.tape.gz -o both.tape.gz
$TAPEDECK cat --no-header both.tape.gz
# Where tapes differ, the header tells of each.
kept() {
    zcat $1 | sed -n 1p | sed -e 's/"id":"[^"]*"/"id":ID/' \
        -e 's/"start":"[^"]*"/"start":START/' -e 's/tapedeck [0-9.]*/VERSION/'
}
kept both.tape.gz
echo 1 | $TAPEDECK record -q - -o noted.tape.gz --meta a=b
$TAPEDECK merge -q run.tape.gz noted.tape.gz -o all.tape.gz
kept all.tape.gz
