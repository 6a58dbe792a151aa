# References that lead nowhere, used or not, and the one that is too many.
echo '{"type":"a"}' > run.ndjson
while IFS= read -r schema; do
    printf '%s\n' "$schema" > s.json
    printf '%s\n  ' "$schema"
    "$TAPEDECK" validate --schema s.json run.ndjson -q 2>&1 && echo "passes"
done <<'END_OF_SCHEMAS'
{"$ref": "#/$defs/b", "$defs": {"a": true}}
{"$defs": {"a": {"$ref": "#/$defs/b"}}}
{"$defs": {"a": {"items": {"$ref": "#b"}}}}
{"$defs": {"a": {"$dynamicRef": "#b"}}}
{"$defs": {"a": {"$ref": "nothing.json"}}}
{"$defs": {"a": {"$ref": "s.json#/$defs/b"}}}
{"$defs": {"a": {"$id": "x:y", "$defs": {"c": true}}, "b": {"$ref": "x:y#/$defs/d"}}}
{"$defs": {"a": {"$ref": "https://example.com/unknown"}, "b": {"const": {"$ref": "#/c"}}}}
{"$defs": {"a": {"$id": "x:y", "$defs": {"c": true}}, "b": {"$ref": "x:y#/$defs/c"}}}
{"$schema": "http://json-schema.org/draft-07/schema#", "definitions": {"a": {"$ref": "#/definitions/b"}}}
{"$schema": "http://json-schema.org/draft-07/schema#", "definitions": {"a": {"$dynamicRef": "#b"}}}
END_OF_SCHEMAS
printf 'contract: 1\nevents: {a: {schema: {$defs: {b: {$ref: "#/c"}}}}}\n' > c.yaml
"$TAPEDECK" validate --contract c.yaml run.ndjson 2>&1 || echo "status $?"
{
    printf '{"allOf": ['
    for i in $(seq 300); do
        echo '{}' > "$i.json"
        printf '\n{"$ref": "%s.json"},' "$i"
    done
    printf '\n{}]}\n'
} > many.json
"$TAPEDECK" validate --schema many.json run.ndjson 2>&1 || echo "status $?"
