# A member that is there twice, one of another tape, and two that were swapped:
# every verb says so; recover leaves the events of the first two out, and puts
# the others back, in one recording as in two that were joined, but not those of
# a pipe. Lines that are out of order it writes as they were.
numbers() {
    i=0
    while [ $i -lt "$2" ]; do
        i=$((i + 1))
        echo "{\"s\":$i,\"t\":$((i * 1000)),\"d\":\"out\",\"c\":1,\"ev\":\"$1\",\"json\":[\"$1\",$i]}"
    done
}
for name in a b; do
    count=$([ $name = a ] && echo 9000 || echo 20000)
    {
        echo "{\"tape\":1,\"id\":\"$name\",\"start\":\"2026-01-31T12:00:00.000000000Z\"}"
        numbers $name $count
        echo "{\"end\":{\"how\":\"clean\",\"events\":$count,\"lost\":0}}"
    } > $name.ndjson
    $TAPEDECK reindex -q $name.ndjson -o $name.tape.gz
done
python3 - <<'END'
def members(name):
    tape = open(name, "rb").read()
    at, sign = [], tape[:12] + b"TDp\0"
    i = tape.find(sign)
    while i >= 0:
        at.append(i)
        i = tape.find(sign, i + 1)
    return [tape[a:b] for a, b in zip(at, at[1:] + [len(tape)])]

a, b = members("a.tape.gz"), members("b.tape.gz")
joined = a[:2] + b[3:4] + a[3:] + b[:3] + a[2:3] + b[4:]
open("joined.tape.gz", "wb").write(b"".join(joined))
for name, parts in {"twice": a[:2] + a[1:], "foreign": a[:2] + b[4:5] + a[2:],
                    "headless": a[1:], "second": a + b[1:],
                    "swapped": a[:2] + a[3:4] + a[2:3] + a[4:]}.items():
    open(name + ".tape.gz", "wb").write(b"".join(parts))
END
# Where in the file depends on the library that deflates.
{
for name in twice foreign headless second swapped; do
    for verb in "cat" "info" "verify" "cut --start 1% -o cut.tape.gz --overwrite"; do
        status=0
        $TAPEDECK $verb $name.tape.gz > out 2> err || status=$?
        echo "${verb%% *} $name: exit $status"
        grep -a "$name" err || true
    done
    status=0
    $TAPEDECK replay --speed max $name.tape.gz - 2> err > out || status=$?
    echo "replay $name: exit $status, $(wc -l < out) lines"
    grep -ao "$name.*" err
    status=0
    $TAPEDECK recover $name.tape.gz -o whole.tape.gz --overwrite 2>&1 || status=$?
    echo "recover $name: exit $status"
    $TAPEDECK verify whole.tape.gz
    $TAPEDECK cat whole.tape.gz | tail -n 1
done

cat swapped.tape.gz | $TAPEDECK recover - -o piped.tape.gz 2>&1 ||
    echo "recover a pipe: exit $?"
$TAPEDECK recover joined.tape.gz -o whole.tape.gz --overwrite 2>&1 ||
    echo "recover joined: exit $?"
$TAPEDECK verify whole.tape.gz

{
    sed -n 1,4p a.ndjson
    sed -n 7p a.ndjson
    sed -n 5,6p a.ndjson
    sed -n 8,10p a.ndjson
} > lines.ndjson
$TAPEDECK recover lines.ndjson -o lines.tape.gz 2>&1 || echo "recover lines: exit $?"
zcat lines.tape.gz | tail -n +3
} | sed 's/byte [0-9]\{1,\}/byte N/'
