# A torn tape with another behind it: whole or in part, cat says so.
{
    echo '{"tape":1,"id":"a","start":"2026-01-31T12:00:00.000000000Z"}'
    i=0
    while [ $i -lt 3000 ]; do
        i=$((i + 1))
        echo "{\"s\":$i,\"t\":$((i * 1000)),\"d\":\"out\",\"c\":1,\"ev\":\"a\",\"json\":[\"a\",$i]}"
    done
    echo '{"end":{"how":"clean","events":3000,"lost":0}}'
} > a.ndjson
$TAPEDECK reindex -q a.ndjson -o a.tape.gz
size=$(wc -c < a.tape.gz)
head -c $((size / 2)) a.tape.gz > torn.tape.gz
cat torn.tape.gz a.tape.gz > both.tape.gz
for part in "" "--start 50%" "--start seq:2000" "--start +1ms --end +2ms" "--event a"; do
    status=0
    $TAPEDECK cat $part both.tape.gz > out 2> err || status=$?
    echo "cat $part: exit $status, $(tail -n 1 out)"
    grep -o "torn[^;]*" err
done
