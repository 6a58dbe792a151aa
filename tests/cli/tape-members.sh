# Every byte of the file is in one place of the list.
cat > run.ndjson <<'LINES'
{"tape":1,"id":"x","start":"2026-01-31T12:00:00.000000000Z"}
{"s":1,"t":5,"d":"in","c":1,"k":"marker","json":{"name":"m"}}
{"s":2,"t":7,"d":"in","c":1,"k":"lost","json":{"count":2}}
{"end":{"how":"clean","events":2,"last":7,"lost":2}}
LINES
$TAPEDECK reindex -q run.ndjson -o run.tape.gz 2> /dev/null || test $? = 3
size=$(wc -c < run.tape.gz)
head -c $((size - 100)) run.tape.gz > torn.tape.gz
gzip < run.ndjson > packed.gz
for tape in run.tape.gz torn.tape.gz packed.gz; do
  $TAPEDECK info --members --json $tape > list.json 2>> said || test $? = 3
  /usr/bin/python3 - $tape <<'PYTHON'
import json, os, sys
places, at = json.load(open("list.json")), 0
for place in places:
    assert place["offset"] == at, place
    at += place["length"]
    print(place["kind"], place["text_length"], place["first_seq"],
          place["events"], place["first_ns"], place["last_ns"], place["lost"],
          *place["flags"])
assert at == os.path.getsize(sys.argv[1])
PYTHON
done
$TAPEDECK info --members run.tape.gz | cut -c 24-
cat said >&2
