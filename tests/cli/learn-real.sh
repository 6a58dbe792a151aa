# Contracts of real recordings: each keeps its own, and has rules in its words.
for tape in "$SOURCE"/fixtures/shelf/*.tape.gz "$SOURCE"/fixtures/runs/*.tape.gz; do
    name=$(basename "$tape" .tape.gz)
    "$TAPEDECK" learn "$tape" --loose -q -o "$name.yaml"
    "$TAPEDECK" contract lint "$name.yaml" > lint.txt 2>&1 || cat lint.txt
    "$TAPEDECK" validate "$tape" --contract "$name.yaml" | sed "s|^.*/||" | head -n 1
done
echo "-- how long it took from one event to another"
grep -h within: -- *.yaml
