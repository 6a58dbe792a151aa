# Messages that came twice, and what is no such message.
lines() {
    python3 -c "$1" > run.ndjson
    "$TAPEDECK" audit run.ndjson 2>&1 | grep -E 'duplicate|needs? you|exit' || true
}
echo "-- sent to two rooms"
lines '
for i in range(4):
    line = "{\"type\":\"progress\",\"at\":\"2026-01-31T12:00:0%dZ\"}" % i
    print(line); print("{\"type\":\"beat\"}"); print(line); print("{\"type\":\"state\",\"is\":\"idle\"}")'
echo "-- the ninth before is too far, the eighth is not"
for far in 7 8; do
    lines "
for i in range(20, 30): print('{\"type\":\"a\",\"n\":%d}' % i)
print('{\"type\":\"a\",\"n\":-1}')
for i in range($far): print('{\"type\":\"a\",\"n\":%d}' % i)
print('{\"type\":\"a\",\"n\":-1}')"
done
echo "-- nothing tells them apart"
lines '
for i in range(40): print("{\"type\":\"a\",\"n\":%d}" % (i % 5))'
echo "-- of two tapes"
printf '%s\n' '{"type":"a","n":1}' '{"type":"a","n":2}' > one.ndjson
"$TAPEDECK" audit one.ndjson one.ndjson 2>&1 | grep -c duplicate || true
echo "-- kept in a state"
day=2026-01-31
printf '{"type":"a","on":"%s"}\n' $day $day 2026-02-01 > one.ndjson
"$TAPEDECK" audit one.ndjson --state s.audit --fail-on duplicate 2>&1 >page.txt || echo "exit $?"
grep -c '"again":\[1,0,2\]' s.audit
"$TAPEDECK" audit one.ndjson --baseline s.audit 2>&1 | grep -c duplicate
sed 's/"again":\[1,0,2\]/"again":[1,7,2]/' s.audit > bad.audit
"$TAPEDECK" audit one.ndjson --baseline bad.audit 2>&1 || echo "exit $?"
sed 's/"again":\[1,0,2\]/"again":1/' s.audit > bad.audit
"$TAPEDECK" audit one.ndjson --baseline bad.audit 2>&1 || echo "exit $?"
"$TAPEDECK" audit one.ndjson --json | grep -o '"came_twice":[0-9]*'
