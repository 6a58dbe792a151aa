# Events that are no JSON: by name where the transport gives one, else by what
# they are; and what no event describes.
cat > c.yaml <<'END'
contract: 1
events:
  chunk: {}
  done: {text: {const: "[DONE]"}}
  beat: {text: {pattern: "^[0-9]+$", maxLength: 3}}
  image: {bytes: {prefix: "89 50", min_length: 4}}
rules:
- {id: ends, last: done}
- {id: beats, count: beat, exactly: 1}
- {id: once, no_duplicate: image}
END
printf '{"type":"chunk"}\n12\n[DONE]\n' > good.ndjson
printf '{"type":"chunk"}\n1234\n"x"\n[GONE]\n\211P12\n\211P\n\211P34\n[DONE]\n' > bad.ndjson
$TAPEDECK contract explain c.yaml
$TAPEDECK contract lint c.yaml
$TAPEDECK validate -v --contract c.yaml good.ndjson || echo "status $?"
for unknown in error warn ignore; do
    echo "-- unknown: $unknown"
    sed "1a unknown: $unknown" c.yaml > u.yaml
    $TAPEDECK validate --contract u.yaml bad.ndjson || echo "status $?"
done
$TAPEDECK validate --strict --contract u.yaml bad.ndjson > strict.txt || echo "status $?"
grep -c 'no JSON, and of no event' strict.txt

echo "-- names of the transport"
cat > run.tape <<'END'
{"tape":1,"id":"00000000-0000-4000-8000-000000000000","start":"2026-01-01T00:00:00Z"}
{"s":1,"t":0,"d":"out","c":1,"ev":"chunk","json":{"type":"tick"}}
{"s":2,"t":1,"d":"out","c":1,"ev":"chunk","text":"no json"}
{"s":3,"t":2,"d":"out","c":1,"ev":"beat","json":1}
{"s":4,"t":3,"d":"out","c":1,"ev":"done","text":"12"}
{"s":5,"t":4,"d":"out","c":1,"b64":"iVBORw=="}
{"s":6,"t":5,"d":"out","c":1,"ev":"image","b64":"iQBORw=="}
{"s":7,"t":6,"d":"out","c":1,"ev":"beat","b64":"iQBORw=="}
{"s":8,"t":7,"d":"out","c":1,"ev":"message","text":"[DONE]"}
{"end":1,"events":8}
END
$TAPEDECK validate --contract c.yaml run.tape || echo "status $?"
for jobs in 1 4; do
    $TAPEDECK validate --jobs $jobs --json --contract c.yaml run.tape > $jobs.json || true
done
cmp 1.json 4.json
yes "$(cat bad.ndjson | tr -d '\000')" | head -8000 > many.ndjson
for jobs in 1 4; do
    $TAPEDECK validate --jobs $jobs --json --contract u.yaml many.ndjson > $jobs.json || true
done
cmp 1.json 4.json

echo "-- errors"
while read -r event; do
    printf 'contract: 1\nevents: {a: %s}\n' "$event" > e.yaml
    $TAPEDECK contract lint e.yaml 2>&1 || echo "status $?"
done <<'END'
{text: {cnst: x}}
{text: 3}
{text: true, schema: {}}
{bytes: true, aliases: {}}
{text: true, bytes: true}
{bytes: {prefix: "8"}}
{bytes: {prefix: 89}}
{bytes: {lenth: 8}}
{bytes: {length: -1}}
{bytes: {min_length: 3, max_length: 2}}
{bytes: []}
END

echo "-- tests"
cat > t.yaml <<'END'
contract: 1
events: {done: {text: {const: "[DONE]"}}}
rules: [{id: ends, last: done}]
tests:
- {name: good, stream: ["[DONE]"], expect: pass}
- {name: bad, stream: ["[GONE]"], expect: {fail: [json]}}
- {name: none, stream: ["[DONE]", '{"type":"x"}'], expect: {fail: [unknown, ends]}}
END
$TAPEDECK contract test t.yaml || echo "status $?"
