# What neither the name nor an option says is asked for; only a HAR becomes a
# tape.
echo '{"a":1}' | $TAPEDECK record -q - -o t.tape.gz
for out in t.xyz ./b.tape.gz .ndjson b.ndjson; do
    $TAPEDECK convert t.tape.gz -o "$out" 2>&1 || echo "$?"
done
