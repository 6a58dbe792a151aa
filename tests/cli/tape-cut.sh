cat > run.ndjson <<'END'
{"tape":1,"id":"x","start":"2026-01-31T12:00:00.000000000Z","clock":"monotonic","source":"ws://example.test/"}
{"s":1,"t":0,"d":"in","c":1,"k":"open","json":{"url":"ws://example.test/"}}
{"s":2,"t":1000000000,"d":"out","c":1,"ev":"ping","json":["ping",1.10]}
{"s":3,"t":2000000000,"d":"out","c":1,"ev":"pong","text":"not\njson"}
{"end":{"how":"clean","events":3,"last":2000000000,"lost":0,"text":0}}
END
$TAPEDECK reindex -q run.ndjson -o run.tape.gz
$TAPEDECK cut -q run.tape.gz --start +1s -o part.tape.gz
$TAPEDECK cat --no-header part.tape.gz
# A part of a tape is no less redacted, noted or recorded than the whole.
cat > rules <<'END'
key password
END
echo '{"type":"login","password":"x"}' | $TAPEDECK record -q - -o whole.tape.gz \
    --redact rules --meta 'ticket=A "7"' --name /type
kept() {
    zcat $1 | sed -n 1p | sed -e 's/"id":"[^"]*"/"id":ID/' \
        -e 's/"start":"[^"]*"/"start":START/' -e 's/tapedeck [0-9.]*/VERSION/'
}
$TAPEDECK cut -q whole.tape.gz --event login -o login.tape.gz
kept whole.tape.gz
kept login.tape.gz
