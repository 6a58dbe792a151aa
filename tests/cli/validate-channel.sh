# Messages that are told apart by where their connection is.
cat > rooms.asyncapi.yaml <<'END'
asyncapi: 3.0.0
info: {title: Rooms, version: 1.0.0}
channels:
  room:
    address: /rooms/{room}
    messages:
      said: {payload: {type: object, required: [text], properties: {text: {type: string}}}}
  audit:
    address: /audit/{kind}
    parameters: {kind: {enum: [logins, errors]}}
    messages:
      seen: {payload: {type: object, required: [text], properties: {who: {type: integer}}}}
  books:
    address: "https://example.com/books/{id}"
    messages:
      book: {payload: {type: object, required: [text, isbn], properties: {isbn: {type: string}}}}
  admin:
    address: /admin
    messages:
      kick: {payload: {type: object, required: [text], properties: {by: {type: integer}}}}
END
# tape URL LINE...: a tape of one connection there.
tape() {
    url=$1
    shift
    printf '{"tape":1,"id":"00000000-0000-4000-8000-000000000001","start":"2026-01-31T12:00:00.000000000Z","clock":"monotonic","source":"%s"}\n' "$url"
    printf '{"s":1,"t":0,"d":"out","c":1,"k":"open","json":{"url":"%s"}}\n' "$url"
    s=1
    for line in "$@"; do
        s=$((s + 1))
        printf '{"s":%d,"t":%d,"d":"in","c":1,%s}\n' $s $s "$line"
    done
    printf '{"end":{"how":"clean","events":%d,"last":%d,"lost":0,"text":0}}\n' $s $((s > 1 ? s : 0))
}
judge() {
    echo "== $1"
    shift
    "$TAPEDECK" validate run.tape --contract rooms.asyncapi.yaml -v "$@" 2>&1 |
        grep -E '(schema|channel|unknown)  |expected|tapedeck' | grep -v '^  pass *unknown'
}
tape ws://h/api/rooms/7/ '"json":{"text":"a"}' '"json":{"text":1}' > run.tape
judge "a path that ends so"
tape 'ws://h/audit/logins?since=1' '"json":{"text":"a","who":"x"}' > run.tape
judge "a value of a parameter"
judge "by two threads" --jobs 2
tape ws://h/audit/others '"json":{"text":"a"}' > run.tape
judge "at no address"
tape 'http://h/hub?x&topic=https%3A%2F%2Fexample.com%2Fbooks%2F7' '"json":{"text":"a","isbn":"x"}' '"json":{"text":"b"}' > run.tape
judge "a value of the query"
tape ws://h/rooms/1 '"ev":"kick","json":{"text":"a"}' '"json":{"type":"kick","text":"a"}' > run.tape
judge "another's event"
tape sio://h/ '"ns":"/admin","json":{"text":"a"}' '"ns":"/admin","ev":"said","json":["said",{"text":"a"}]' '"ev":"kick","json":["kick",{"text":"a"}]' > run.tape
judge "a namespace"
printf '{"tape":1,"id":"00000000-0000-4000-8000-000000000001","start":"2026-01-31T12:00:00.000000000Z","clock":"monotonic","source":"proxy"}\n' > run.tape
cat >> run.tape <<'END'
{"s":1,"t":0,"d":"in","c":1,"k":"open","json":{}}
{"s":2,"t":0,"d":"in","c":1,"x":1,"k":"request","json":{"method":"GET","target":"/rooms/1","version":"1.1","headers":[]}}
{"s":3,"t":0,"d":"in","c":70000,"k":"open","json":{"url":"ws://h/audit/logins"}}
{"s":4,"t":0,"d":"in","c":1,"x":1,"json":{"text":"a"}}
{"s":5,"t":0,"d":"in","c":70000,"json":{"text":"a"}}
{"s":6,"t":0,"d":"in","c":1,"x":2,"k":"request","json":{"method":"GET","target":"/audit/errors","version":"1.1","headers":[]}}
{"s":7,"t":0,"d":"in","c":1,"x":2,"json":{"text":"a","who":"x"}}
{"s":8,"t":0,"d":"in","c":1,"k":"close","json":{}}
{"s":9,"t":0,"d":"in","c":1,"json":{"text":"a","by":1}}
END
judge "requests, one connection after another, and a number too high"
tape "" '"json":{"text":"a"}' > run.tape
judge "a connection without a URL"
printf 'contract: 1\nevents: {a: {channel: 1}}\n' > c.yaml
"$TAPEDECK" contract lint c.yaml 2>&1 || true
"$TAPEDECK" validate run.tape --contract rooms.asyncapi.yaml --json 2>&1 | grep -c '"channel"' || true
