printf '{"$id": "http://x/s", "required": ["a"], "properties": {"a": {"type": "integer", "title": "A"}}}' > s.json
printf '{"a": 1}\n{"a": "x"}\n{}\nno\n' > in.ndjson
for form in flag basic list hierarchical; do
    "$TAPEDECK" validate --schema s.json --output "$form" in.ndjson || echo "status $?"
done
"$TAPEDECK" validate --output flag in.ndjson || echo "status $?"
