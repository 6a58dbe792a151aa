cat > run.ndjson <<'END'
{"tape":1,"id":"x","start":"2026-01-31T12:00:00.000000000Z","clock":"monotonic","source":"ws://example.test/"}
{"s":1,"t":0,"d":"in","c":1,"k":"open","json":{"url":"ws://example.test/"}}
{"s":2,"t":1000000000,"d":"out","c":1,"ev":"ping","json":["ping",1.10]}
{"s":3,"t":2000000000,"d":"out","c":1,"ev":"pong","text":"not\njson"}
{"end":{"how":"clean","events":3,"last":2000000000,"lost":0,"text":0}}
END
$TAPEDECK reindex -q run.ndjson -o run.tape.gz
$TAPEDECK cat --start +1s --no-header run.tape.gz

# A part of what gzip itself has made, which is more than is unpacked at once.
{
    echo '{"tape":1,"id":"x","start":"2026-01-31T12:00:00.000000000Z"}'
    i=0
    while [ $i -lt 9000 ]; do
        i=$((i + 1))
        echo "{\"s\":$i,\"t\":$((i * 1000)),\"d\":\"out\",\"c\":1,\"json\":[$i$i$i]}"
    done
    echo '{"end":{"how":"clean","events":9000,"lost":0}}'
} | gzip > foreign.tape.gz
for place in +2ms 50% seq:3000 2026-01-31T12:00:00.004Z; do
    "$TAPEDECK" cat --no-header --start "$place" foreign.tape.gz | wc -l
done
"$TAPEDECK" cut -q --start 50% -o part.tape.gz foreign.tape.gz
"$TAPEDECK" verify part.tape.gz
