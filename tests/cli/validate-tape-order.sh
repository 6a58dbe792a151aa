# Tapes with one thing wrong each: what is broken is 1, what is lost is 3.
python3 - <<'END'
import gzip, json
HEADER = '{"tape":1,"id":"x","start":"2026-01-01T00:00:00.000000000Z"}'

def ev(seq, t):
    return '{"s":%d,"t":%d,"d":"out","c":1,"ev":"a","json":{"type":"a"}}' % (seq, t)

def end(events, last, names, kinds="{}"):
    return ('{"end":{"how":"clean","events":%d,"last":%d,"lost":0,"text":0,'
            '"names":%s,"kinds":%s}}' % (events, last, names, kinds))

lost = '{"s":2,"t":6,"d":"out","c":0,"k":"lost","json":{"count":7,"why":"full"}}'
cut = '{"s":2,"t":6,"d":"out","c":1,"ev":"a","cut":90,"text":"{\\"typ"}'
tapes = {
    "good": [HEADER, ev(1, 5), ev(2, 5), end(2, 5, '{"a":2}')],
    "gap": [HEADER, ev(1, 1), ev(2, 2), ev(5, 3), end(5, 3, '{"a":5}')],
    "late": [HEADER, ev(3, 1), end(3, 1, '{"a":3}')],
    "tail": [HEADER, ev(1, 1), end(3, 1, '{"a":3}')],
    "noend": [HEADER, ev(1, 1)],
    "badline": [HEADER, ev(1, 1), '{"s":2,"t', ev(3, 3), end(3, 3, '{"a":3}')],
    "lost": [HEADER, ev(1, 5), lost, end(2, 6, '{"a":1}', '{"lost":1}')],
    "cut": [HEADER, ev(1, 5), cut, end(2, 6, '{"a":2}')],
    "back": [HEADER, ev(1, 5), ev(2, 2), end(2, 5, '{"a":2}')],
    "twice": [HEADER, ev(1, 5), ev(1, 6)],
    "totals": [HEADER, ev(1, 5), ev(2, 6), end(1, 7, '{"a":1}')],
    "kinds": [HEADER, ev(1, 5), lost, end(2, 6, '{"a":1}')],
    "backtorn": [HEADER, ev(1, 5), ev(2, 2)],
}
for name, lines in tapes.items():
    with gzip.open(name + ".tape.gz", "wt") as file:
        file.write("".join(line + "\n" for line in lines))

def join(name, *parts):
    with open(name + ".tape.gz", "wb") as out:
        for part in parts:
            out.write(open(part + ".tape.gz", "rb").read())

join("twogood", "good", "good", "good")
join("goodbad", "good", "totals")
join("badgood", "totals", "good")
join("torngood", "noend", "good")
END
for tape in good gap late tail noend badline lost cut back twice totals kinds \
    backtorn twogood goodbad badgood torngood; do
    status=0
    "$TAPEDECK" validate "$tape.tape.gz" || status=$?
    echo "exit $status"
done
