# One schema judges: a second one is not dropped without a word, and neither is
# the value of any other option that takes one.
echo '{"type":"object"}' > a.json
echo 'false' > b.json
echo '{}' > data.ndjson
"$TAPEDECK" validate --schema a.json --schema b.json data.ndjson 2>&1 || echo "status $?"
"$TAPEDECK" cat --seq 1 --seq=2 data.ndjson 2>&1 || echo "status $?"
