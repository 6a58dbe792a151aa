# Flipped bits in a member, members cut out, tapes joined: made by our own tools.
i=0
while [ $i -lt 400 ]; do
    i=$((i + 1))
    echo "{\"type\":\"a\",\"n\":$i,\"pad\":\"$i$i$i$i$i$i$i$i\"}"
done > in.ndjson
"$TAPEDECK" record - -o a.tape.gz -q < in.ndjson > /dev/null
"$TAPEDECK" record - -o b.tape.gz -q < in.ndjson > /dev/null
cat a.tape.gz b.tape.gz > joined.tape.gz
"$TAPEDECK" validate -v joined.tape.gz
zcat joined.tape.gz > joined.tape
"$TAPEDECK" validate joined.tape
zcat joined.tape.gz | gzip > stock.tape.gz
"$TAPEDECK" validate stock.tape.gz
python3 - <<'END'
tape = bytearray(open("a.tape.gz", "rb").read())
sign = bytes(tape[:16])
second = tape.index(sign, 16)
third = tape.index(sign, second + 16)
open("without.tape.gz", "wb").write(tape[:second] + tape[third:])
tape[third - 8] ^= 1  # CRC32 of the second member
open("crc.tape.gz", "wb").write(tape)
END
for tape in crc without; do
    status=0
    "$TAPEDECK" validate "$tape.tape.gz" | 
        sed -n '1s/[0-9]* messages\{0,1\}/N messages/p; /damaged/p'
    "$TAPEDECK" validate "$tape.tape.gz" > /dev/null 2>&1 || status=$?
    echo "exit $status"
done
cat > spaced.tape << 'LINES'
{"tape":1,"id":"x","start":"2026-01-01T00:00:00.000000000Z","clock":"monotonic"}
{"s":1, "t":0,"d":"out","c":1,"json":1}
{"s":2,"t":0,"d":"out","c":1,"json":2}
{"end":{"events":2}}
LINES
"$TAPEDECK" validate spaced.tape || echo "exit $?"
