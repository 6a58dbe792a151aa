printf '{"$id": "http://x/s", "required": ["a"], "properties": {"a": {"type": "integer", "title": "A"}}}' > s.json
printf '{"a": 1}\n{"a": "x"}\n{}\nno\n' > in.ndjson
for form in flag basic list hierarchical; do
    "$TAPEDECK" validate --schema s.json --output "$form" in.ndjson || echo "status $?"
done
"$TAPEDECK" validate --output flag in.ndjson || echo "status $?"
printf 'contract: 1\n' > c.yaml
"$TAPEDECK" validate --schema s.json --contract c.yaml --output flag in.ndjson || echo "status $?"
"$TAPEDECK" validate --schema s.json --summary --output flag in.ndjson || echo "status $?"
# A folder of schemas is not left, whatever the reference says.
mkdir given
printf '{"$ref": "http://given/%%2e%%2e/s.json"}' > out.json
"$TAPEDECK" validate --schema out.json --schema-map http://given/=given in.ndjson || echo "status $?"
