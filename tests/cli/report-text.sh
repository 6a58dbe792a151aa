# A verdict for people; with earlier ones what became of its gates.
v=$SOURCE/fixtures/verdicts
"$TAPEDECK" report $v/full.json
echo ---
"$TAPEDECK" report $v/full.json $v/before.json | head -20
