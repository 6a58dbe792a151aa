# Only a request begins an exchange, and the close behind the end belongs to it.
cat > ws.ndjson <<'LINES'
{"tape":1,"id":"x","start":"2026-01-31T12:00:00.000000000Z","source":"https://api.example/"}
{"s":1,"t":1,"d":"in","c":1,"x":1,"k":"request","json":{"method":"GET","target":"/ws","version":"1.1","headers":[]}}
{"s":2,"t":2,"d":"out","c":1,"x":1,"k":"response","json":{"status":101,"reason":"","version":"1.1","headers":[]}}
{"s":3,"t":3,"d":"in","c":1,"x":1,"json":{"a":1}}
{"s":4,"t":4,"d":"out","c":1,"x":1,"k":"done","json":{}}
{"s":5,"t":4,"d":"in","c":1,"x":1,"k":"close","json":{"code":1000,"reason":"bye"}}
{"s":6,"t":5,"d":"in","c":2,"x":2,"k":"request","json":{"method":"GET","target":"/two","version":"1.1","headers":[]}}
{"s":7,"t":6,"d":"out","c":2,"x":2,"k":"response","json":{"status":101,"reason":"","version":"1.1","headers":[]}}
{"s":8,"t":7,"d":"out","c":2,"x":2,"k":"done","json":{}}
{"s":9,"t":8,"d":"out","c":2,"x":2,"json":"behind its end"}
{"s":10,"t":9,"d":"in","c":2,"k":"close","json":{}}
{"s":11,"t":9,"d":"in","c":2,"x":2,"k":"close","json":{"code":1000,"reason":"late"}}
{"s":12,"t":10,"d":"in","c":3,"x":3,"k":"request","json":{"method":"GET","target":"/sse","version":"1.1","headers":[]}}
{"s":13,"t":11,"d":"out","c":3,"x":3,"k":"response","json":{"status":200,"reason":"OK","version":"1.1","headers":[["content-type","text/event-stream"]]}}
{"s":14,"t":12,"d":"out","c":3,"x":3,"ev":"two\nlines","text":"odd"}
{"s":15,"t":13,"d":"out","c":3,"x":3,"ev":"a","text":"even"}
{"end":{"how":"clean","events":15,"last":13,"lost":0}}
{"tape":1,"id":"y","start":"2026-01-31T12:01:00.000000000Z","source":"https://api.example/"}
{"s":1,"t":1,"d":"in","c":3,"x":3,"k":"request","json":{"method":"GET","target":"/other","version":"1.1","headers":[]}}
{"s":2,"t":2,"d":"out","c":3,"x":3,"k":"response","json":{"status":204,"reason":"","version":"1.1","headers":[]}}
{"s":3,"t":3,"d":"out","c":3,"x":3,"k":"done","json":{}}
{"end":{"how":"clean","events":3,"last":3,"lost":0}}
LINES
convert() { $TAPEDECK convert "$@" --overwrite 2>&1 || echo $?; }
convert ws.ndjson -o ws.har
cat ws.har
convert ws.har -o again.tape.gz
$TAPEDECK cat --no-header again.tape.gz | sed 's/,"har":.*/,.../'
convert again.tape.gz -o again.har
/usr/bin/python3 -c 'import json, sys
a, b = (json.load(open(path)) for path in sys.argv[1:])
assert a == b' ws.har again.har && echo same
# Without its request nothing is of an exchange.
for part in '--start seq:4 --end seq:12' '--event a'; do
    convert ws.ndjson -o part.har $part
    convert part.har -o part.tape.gz
done
# What says it is base64 and is not stays as it stands, and is counted.
cat > odd.har <<'HAR'
{"log":{"version":"1.2","entries":[
{"startedDateTime":"2026-01-31T12:00:00Z","time":0,"request":{"method":"GET","url":"https://h/","headers":[]},
"response":{"status":200,"headers":[],"content":{"mimeType":"image/png","encoding":"base64","text":"%%%"}}},
{"startedDateTime":"2026-01-31T12:00:00Z","time":0,"request":{"method":"GET","url":"wss://h/","headers":[]},
"response":{"status":101,"headers":[]},"_webSocketMessages":[
{"type":"send","time":1769860800.5,"opcode":2,"data":"AAE="},{"type":"send","time":1769860801,"opcode":2,"data":"%"}]}]}}
HAR
convert odd.har -o odd.tape.gz
convert odd.har -o odd.tape.gz --json
convert -q odd.tape.gz -o back.har
grep -o '"%*"' back.har
