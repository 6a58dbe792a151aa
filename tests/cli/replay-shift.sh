# Timestamps are moved to now, whenever that is; all else stays as it was.
cat > run.ndjson <<'LINES'
{"tape":1,"id":"x","start":"2026-01-31T12:00:00.000000000Z"}
{"s":1,"t":5000000000,"d":"out","c":1,"json":{"timestamp":"2026-01-31T12:00:05.250+02:00","n":1.10}}
{"s":2,"t":6000000000,"d":"out","c":1,"json":{"timestamp":1769860806.5,"data":{"ms":1769860806500}}}
{"s":3,"t":7000000000,"d":"out","c":1,"json":{"timestamp":7}}
{"end":{"how":"clean","events":3,"last":7000000000,"lost":0}}
LINES
$TAPEDECK reindex -q run.ndjson -o run.tape.gz
date +%s > before
$TAPEDECK replay run.tape.gz --shift-time /timestamp --shift-time /data/ms \
    --speed max - > out.ndjson 2> said
date +%s > after
/usr/bin/python3 - <<'PYTHON'
import datetime, json
lines = open("out.ndjson").read().split("\n")
before, after = (int(open(f).read()) for f in ("before", "after"))
first = json.loads(lines[0])["timestamp"]
assert first[19:20] == "." and len(first) == 29 and first.endswith("+02:00")
local = datetime.datetime.fromisoformat(first).replace(
    tzinfo=datetime.timezone.utc).timestamp()
second = json.loads(lines[1])
assert before <= local - 0.25 <= after + 1, (before, local, after)
assert abs(second["timestamp"] - local - 1.25) < 0.11
assert abs(second["data"]["ms"] / 1000 - local - 1.25) < 0.002
assert lines[0].endswith(',"n":1.10}') and lines[2] == '{"timestamp":7}'
PYTHON
sed -n 's/moved by [^;]*/moved/p' said
$TAPEDECK replay run.tape.gz --shift-time /nothing --speed max - 2>&1 > out.ndjson |
    grep -o '0 timestamps.*'
for bad in timestamp '/~2' '/a~0~' '~'; do
    $TAPEDECK replay -q run.tape.gz --shift-time "$bad" - 2>&1 || echo $?
done
for twice in 'drop p=0.1 p=0.2' 'delay by=1s event=a by=2s p=1' 'cut after=3 bytes events' \
    'drop at=seq:1 at=seq:2' 'drop after=1 after=2'; do
    $TAPEDECK replay -q run.tape.gz --fault "$twice" - 2>&1 || echo $?
done
$TAPEDECK replay -q run.tape.gz --speed max --fault 'drop event=a p=1 at=seq:9 after=1 events' - | wc -l
$TAPEDECK replay run.tape.gz --shift-time /nothing --speed max - --json \
    2> said > out.ndjson
sed 's/.*"shifted":{"by_ns":[0-9-]*/{/; s/,"damage.*//' said
