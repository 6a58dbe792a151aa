# Every format to the byte.
v=$SOURCE/fixtures/verdicts/full.json
for f in junit sarif tap ctrf gitlab github markdown prometheus badge json; do
    echo "--- $f"
    "$TAPEDECK" report $v --format $f
done
echo "--- trends"
"$TAPEDECK" report $v $SOURCE/fixtures/verdicts/before.json -F markdown | head -20
