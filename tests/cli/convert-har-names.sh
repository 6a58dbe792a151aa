# A name that only the payload has is none of the stream: "unnamed" of done says
# it of all events, or of some. So it is on a tape that is made of the HAR.
tape() {
    cat <<LINES
{"tape":1,"id":"x","start":"2026-01-31T12:00:00.000000000Z","source":"https://api.example/"}
{"s":1,"t":1,"d":"in","c":1,"x":1,"k":"request","json":{"method":"GET","target":"/s","version":"1.1","headers":[]}}
{"s":2,"t":2,"d":"out","c":1,"x":1,"k":"response","json":{"status":200,"reason":"OK","version":"1.1","headers":[["content-type","text/event-stream"]]}}
{"s":3,"t":3,"d":"out","c":1,"x":1,"ev":"a","json":{"n":1}}
{"s":4,"t":4,"d":"out","c":1,"x":1,"id":"9","ev":"b","json":{"type":"b"}}
{"s":5,"t":5,"d":"out","c":1,"x":1,"k":"done","json":{$1}}
{"end":{"how":"clean","events":5,"last":5,"lost":0}}
LINES
}
for unnamed in '' '"unnamed":true' '"unnamed":[2]' '"unnamed":[1,2]' '"unnamed":[]' '"unnamed":[7,"x"]'; do
    tape "$unnamed" > t.ndjson
    $TAPEDECK convert t.ndjson -o t.har --overwrite -q
    printf '%s %s\n' "$unnamed" "$(grep -o '"text":.*' t.har | head -n 1)"
    $TAPEDECK convert t.har -o back.tape.gz --overwrite -q
    $TAPEDECK cat back.tape.gz | grep -o -e '"ev":"."' -e '"k":"done".*'
done
