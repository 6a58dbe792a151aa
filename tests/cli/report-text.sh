# A verdict for people; with earlier ones what became of its gates.
v=$SOURCE/fixtures/verdicts
"$TAPEDECK" report $v/full.json
echo --- with colors
"$TAPEDECK" report $v/full.json --color always | head -12
echo ---
"$TAPEDECK" report $v/full.json $v/before.json | head -20
