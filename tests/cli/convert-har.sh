# A HAR becomes a tape and is the same HAR again; what cannot go is counted.
$TAPEDECK convert $SOURCE/fixtures/har/page.har -o page.tape.gz 2>&1
$TAPEDECK cat page.tape.gz --no-header | sed 's/,"har":.*/,.../'
$TAPEDECK verify page.tape.gz
$TAPEDECK convert page.tape.gz -o page.har 2>&1
cat > same.py <<'PYTHON'
import json, sys
a, b = (json.load(open(path)) for path in sys.argv[1:])
start = lambda entry: entry["startedDateTime"].replace("+00:00", "Z")
a["log"]["entries"].sort(key=start)
assert a == b, (a, b)
PYTHON
/usr/bin/python3 same.py $SOURCE/fixtures/har/page.har page.har && echo same
# Through pipes, by --from and --to, with a byte order mark, and as JSON.
(printf '\357\273\277'; cat page.har) | $TAPEDECK convert --from har - -o - |
    $TAPEDECK convert --to har - -o - 2> /dev/null > piped.har
/usr/bin/python3 same.py page.har piped.har && echo same
$TAPEDECK convert --json page.har -o page.tape.gz --overwrite
# A tape that no HAR was made into, with all that an entry has no place for.
cat > own.ndjson <<'LINES'
{"tape":1,"id":"x","start":"2026-01-31T12:00:00.000000000Z","source":"https://api.example/"}
{"s":1,"t":0,"d":"in","c":1,"k":"open","json":{}}
{"s":2,"t":1000000,"d":"in","c":1,"x":1,"k":"request","json":{"method":"POST","target":"/v1?a=1&b","version":"1.1","headers":[["host","127.0.0.1:1"],["cookie","k=v; l=\"m\""],["content-type","application/json"]]}}
{"s":3,"t":2000000,"d":"in","c":1,"x":1,"k":"body","json":{"stream":true,"n":1.10}}
{"s":4,"t":3000000,"d":"out","c":1,"x":1,"k":"response","json":{"status":103,"reason":"Early Hints","headers":[]}}
{"s":5,"t":4000000,"d":"out","c":1,"x":1,"k":"response","json":{"status":200,"reason":"OK","version":"1.1","headers":[["content-type","text/event-stream; charset=utf-8"],["set-cookie","s=1; Path=/; HttpOnly"]]}}
{"s":6,"t":5000000,"d":"out","c":1,"x":1,"id":"7","ev":"delta","json":{"type":"delta"}}
{"s":7,"t":5000000,"d":"out","c":1,"x":1,"ev":"chat.completion.chunk","json":{"object":"chat.completion.chunk"}}
{"s":8,"t":5000000,"d":"out","c":1,"x":1,"k":"retry","text":"300"}
{"s":9,"t":5500000,"d":"out","c":1,"x":1,"text":"[DONE]"}
{"s":10,"t":6000000,"d":"out","c":1,"x":1,"k":"done","json":{"cut":"reset by upstream","trailers":[["a","b"]],"chunks":[[1,2]]}}
{"s":11,"t":7000000,"d":"in","c":1,"json":"of no exchange"}
{"s":12,"t":8000000,"d":"in","c":2,"x":9,"k":"request","json":{"method":"GET","target":"/ws","version":"1.1","headers":[]}}
{"s":13,"t":9000000,"d":"out","c":2,"x":9,"k":"response","json":{"status":101,"reason":"","version":"1.1","headers":[]}}
{"s":14,"t":9500000,"d":"in","c":2,"x":9,"json":{"a":1}}
{"s":15,"t":9500001,"d":"out","c":2,"x":9,"b64":"AAE="}
{"s":16,"t":9600000,"d":"out","c":2,"x":9,"k":"ping","text":""}
{"s":17,"t":9700000,"d":"out","c":2,"x":9,"k":"odd","text":""}
{"end":{"how":"clean","events":17,"last":9700000,"lost":0}}
LINES
$TAPEDECK convert own.ndjson -o own.har 2>&1
cat own.har
# What is no HAR says where it is none, and leaves no tape behind.
bad() { $TAPEDECK convert --from har - -o bad.tape.gz 2>&1 || echo $?; }
bad < /dev/null
echo '[]' | bad
echo '{}' | bad
echo '{"log":{}}' | bad
echo '{"log":{,}}' | bad
echo '{"log":{"version":"1.2"}}' | bad
echo '{"log":{"entries":{}}}' | bad
echo '{"log":{"entries":[{]}}' | bad
echo '{"log":{"entries":[1]}}' | bad
echo '{"log":{"entries":[{"request":{"method":"GET","url":"/"}}]}}' | bad
echo '{"log":{"entries":[{"startedDateTime":"2026-01-31T12:00:00Z"}]}}' | bad
echo '{"log":{"entries":[],"entries":[]}}' | bad
echo '{"log":{"entries":[]}} x' | bad
echo '{"log":{"entries":["' | bad
echo '{"log":{"x":01,"entries":[]}}' | bad
entry() { echo '{"startedDateTime":"'$1'","request":{"method":"GET","url":"/"}}'; }
echo '{"log":{"entries":['$(entry 2025-01-01T00:00:00Z),$(entry 2026-01-01T00:00:00Z)']}}' | bad
echo '{"log":{"entries":[]}}' | bad
$TAPEDECK cat --no-header bad.tape.gz
$TAPEDECK convert page.har -o page.csv 2>&1 || echo $?
$TAPEDECK convert page.har -o x.tape.gz --event a 2>&1 || echo $?
$TAPEDECK convert page.har 2>&1 || echo $?
$TAPEDECK convert page.har -o bad.tape.gz 2>&1 || echo $?
$TAPEDECK convert none.har -o x.tape.gz 2>&1 || echo $?
ls
