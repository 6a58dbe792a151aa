# A fault that comes often does not hide one that came once.
cat > s.json <<'END'
{"properties": {"n": {"type": "integer"}, "id": {"minLength": 2}}}
END
for i in 1 2 3 4 5 6; do echo '{"n":"x"}'; done > run.ndjson
echo '{"n":1,"id":"a"}' >> run.ndjson
echo '{"n":"x","id":"b"}' >> run.ndjson
"$TAPEDECK" validate run.ndjson --max-findings 2 --schema s.json 2>&1 || :
"$TAPEDECK" validate run.ndjson --max-findings 0 --schema s.json --json 2>/dev/null |
    jq -c '(.rules[] | select(.id == "schema") | .total, .groups), (.findings | length)'
