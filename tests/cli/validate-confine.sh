# References to files stay in the folder of the contract or schema, with links
# and .. resolved, unless a folder is allowed.
mkdir -p home/sub away/deep
echo '{"type":"a"}' > run.ndjson
echo '{"required": ["n"]}' > away/secret.json
echo '{"$ref": "../secret.json"}' > away/deep/up.json
echo '{"required": ["n"]}' > home/sub/fine.json
echo '{"$ref": "../top.json"}' > home/sub/up.json
echo '{"required": ["n"]}' > home/top.json
ln -s ../away/secret.json home/link.json
ln -s ../away home/folder
ln -s sub home/inside
try() {
    echo "$1"
    printf '{"$ref": "%s"}\n' "$1" > home/s.json
    shift
    "$TAPEDECK" validate "$@" --schema home/s.json run.ndjson -q 2>&1 || echo "  status $?"
}
for ref in sub/fine.json sub/up.json inside/fine.json ../home/top.json \
    ../away/secret.json "$HOME/away/secret.json" "file://$HOME/away/secret.json" \
    link.json folder/secret.json %2e%2e/away/secret.json ../away/none.json ../none/none.json; do
    try "$ref"
done
echo "-- allowed"
try ../away/secret.json --allow-refs away
try link.json --allow-refs away/
try ../away/deep/up.json --allow-refs away/deep
try ../away/deep/up.json --allow-refs away
echo "-- contracts"
printf 'contract: 1\nevents: {a: {schema: {$ref: ../away/secret.json}}}\n' > home/c.yaml
"$TAPEDECK" validate --contract home/c.yaml run.ndjson 2>&1 || echo "status $?"
"$TAPEDECK" contract lint home/c.yaml 2>&1 || echo "status $?"
"$TAPEDECK" contract lint --allow-refs away home/c.yaml 2>&1 || echo "status $?"
printf 'asyncapi: 3.0.0\ncomponents: {messages: {a: {payload: {$ref: secret.json}}}}\n' > away/api.yaml
printf 'contract: 1\nasyncapi: ../away/api.yaml\n' > home/d.yaml
"$TAPEDECK" validate --contract home/d.yaml run.ndjson -q 2>&1 || echo "status $?"
"$TAPEDECK" validate --contract home/d.yaml run.ndjson -q --allow-refs away 2>&1 || echo "status $?"
printf 'asyncapi: 3.0.0\ncomponents: {messages: {a: {$ref: "../away/message.json"}}}\n' > home/api.yaml
echo '{"payload": {"type": "object"}}' > away/message.json
"$TAPEDECK" validate --contract home/api.yaml run.ndjson -q 2>&1 || echo "status $?"
"$TAPEDECK" validate --contract home/api.yaml run.ndjson -q --allow-refs away 2>&1 || echo "status $?"
echo "-- the map"
printf '{"$ref": "x:y/secret.json"}\n' > home/s.json
"$TAPEDECK" validate --schema home/s.json --schema-map x:y=away run.ndjson -q 2>&1 || echo "status $?"
printf '{"$ref": "x:y/link.json"}\n' > away/m.json
"$TAPEDECK" validate --schema away/m.json --schema-map x:y=home run.ndjson -q 2>&1 || echo "status $?"
