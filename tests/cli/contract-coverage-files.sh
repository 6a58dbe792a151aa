# Fields and alternatives of schemas in other files, of AsyncAPI's payloads too.
mkdir -p api/parts
cat > api/parts/way.yaml <<'EOF'
oneOf:
- {properties: {by: {const: road}}, required: [by]}
- {properties: {by: {const: rail}}, required: [by]}
- {$ref: "#/$defs/air"}
$defs:
  air:
    $id: https://example.com/air
    properties: {by: {const: air}, seat: {anyOf: [{type: integer}, {type: string}]}}
    required: [by]
EOF
cat > api/trips.yaml <<'EOF'
contract: 1
events:
  go: {schema: {properties: {way: {$ref: parts/way.yaml}, kind: {anyOf: [{const: a}, {not: {oneOf: [{const: a}, {const: c}]}}]}}}}
EOF
cat > api/shop.yaml <<'EOF'
asyncapi: 3.0.0
info: {title: shop, version: 1.0.0}
channels:
  orders:
    address: /orders
    messages:
      placed: {name: placed, payload: {$ref: '#/components/schemas/Order'}}
      moved: {name: moved, payload: {properties: {way: {$ref: parts/way.yaml}}, required: [way]}}
components:
  schemas:
    Order: {type: object, required: [id], properties: {id: {oneOf: [{type: string}, {type: integer}]}}}
EOF
printf 'contract: 1\nimport: shop.yaml\n' > api/takes.yaml
printf '{"type":"go","way":{"by":"road"},"kind":"b"}\n{"type":"go","way":{"by":"air","seat":3}}\n' > go.ndjson
printf '{"type":"placed","id":"1"}\n{"type":"moved","way":{"by":"rail"}}\n' > shop.ndjson
"$TAPEDECK" contract coverage api/trips.yaml go.ndjson -v
echo "-- an alternative that is not valid has taken nothing, nor has what is in it"
printf '{"type":"go","way":{"by":"sea","seat":3},"kind":"c"}\n' > none.ndjson
"$TAPEDECK" contract coverage api/trips.yaml none.ndjson | grep branches
for document in shop takes; do
    "$TAPEDECK" contract coverage api/$document.yaml shop.ndjson -v
done
echo "-- the same fields beside tapes"
printf '{"type":"go","way":{"by":"road","toll":2}}\n' > toll.ndjson
"$TAPEDECK" audit toll.ndjson --contract api/trips.yaml -v | sed -n 3,5p
