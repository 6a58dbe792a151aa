# What is no schema is refused where one is expected, and the other way round;
# so are, with --strict, words that are no keywords.
echo '{"type":"a"}' > run.ndjson
printf 'contract: 1\nevents: {b: {}}\n' > c.yaml
printf 'asyncapi: 3.0.0\ninfo: {title: t, version: "1"}\n' > a.yaml
printf '{"openapi": "3.1.0", "components": {"schemas": {"s": {"type": "object"}}}}\n' > o.json
printf '{"properties": {"n": {"minimum": 1}}}\n' > s.json
for file in c.yaml a.yaml o.json; do
    "$TAPEDECK" validate --schema "$file" run.ndjson 2>&1 || echo "status $?"
    printf '{"properties": {"n": {"$ref": "%s"}}}\n' "$file" > ref.json
    "$TAPEDECK" validate --schema ref.json run.ndjson 2>&1 || echo "status $?"
    printf 'contract: 1\nevents: {a: {schema: {$ref: %s}}}\n' "$file" > d.yaml
    "$TAPEDECK" validate --contract d.yaml run.ndjson 2>&1 || echo "status $?"
done
for key in plan gates masks blueprint tape; do
    echo "$key: 1" > other.yaml
    "$TAPEDECK" validate --schema other.yaml run.ndjson 2>&1 || echo "status $?"
done
"$TAPEDECK" validate --contract s.json run.ndjson 2>&1 || echo "status $?"
"$TAPEDECK" validate --schema std:mcp run.ndjson 2>&1 || echo "status $?"
printf '{"$ref": "o.json#/components/schemas/s"}\n' > part.json
"$TAPEDECK" validate --schema part.json run.ndjson 2>&1 || echo "status $?"

echo "-- words"
cat > words.json <<'END'
{
  "$schema": "http://json-schema.org/draft-07/schema#",
  "properties": {
    "n": {"minimun": 1, "x-unit": "ms", "$comment": "fine", "example": 3},
    "m": {"prefixItems": [true], "dependentRequired": {}},
    "o": {"$ref": "#/definitions/d", "minimum": 3, "title": "fine"}
  },
  "definitions": {"d": {"nullable": true}, "unused": {"typ": "text"}}
}
END
"$TAPEDECK" validate --schema words.json run.ndjson 2>&1 || echo "status $?"
"$TAPEDECK" validate -q --schema words.json run.ndjson 2>&1 || echo "status $?"
"$TAPEDECK" validate --strict --schema words.json run.ndjson 2>&1 || echo "status $?"
printf 'contract: 1\nevents: {a: {schema: {requird: [n]}}}\nrules:\n- {id: r, conforms: a, schema: {propertys: {}}}\n' > lint.yaml
"$TAPEDECK" contract lint lint.yaml 2>&1 || echo "status $?"
"$TAPEDECK" contract lint --strict lint.yaml 2>&1 || echo "status $?"

echo "-- vocabularies of one's own"
cat > own.json <<'END'
{"$id": "https://example.com/own", "$schema": "https://json-schema.org/draft/2020-12/schema",
 "$vocabulary": {"https://json-schema.org/draft/2020-12/vocab/core": true,
                 "https://json-schema.org/draft/2020-12/vocab/validation": true,
                 "https://example.com/units": false}}
END
printf '{"$schema": "https://example.com/own", "unit": "ms", "minimum": 1}\n' > unit.json
"$TAPEDECK" validate --schema unit.json --schema-map https://example.com/own=own.json run.ndjson 2>&1 || echo "status $?"
