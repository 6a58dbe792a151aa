# A member that is there twice, and one of another tape: every verb says so, and
# recover leaves the events out.
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
for name, parts in {"twice": a[:2] + a[1:], "foreign": a[:2] + b[4:5] + a[2:],
                    "headless": a[1:]}.items():
    open(name + ".tape.gz", "wb").write(b"".join(parts))
END
for name in twice foreign headless; do
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
