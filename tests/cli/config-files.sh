# Files that a settings file names lie beside it, wherever the call is made.
mkdir -p deep/er .config/tapedeck
printf 'contract: 1\nevents: {a: {}}\n' > c.yaml
printf '{"required": ["n"]}\n' > s.json
printf 'contract: c.yaml\nvalidate:\n  schema: ./s.json\n  schema-map: ["x:y=maps", "x:z=/maps"]\nrecord: {output: run.tape}\nheader: ["@key.txt", "A: @b"]\n' > .tapedeck.yaml
printf 'ca: ours.pem\n' > .config/tapedeck/config.yaml
echo '{"type":"a","n":1}' > deep/er/run.ndjson
cd deep/er
$TAPEDECK validate run.ndjson
for key in contract validate.schema schema-map validate.schema-map record.output header ca; do
    $TAPEDECK config explain $key
done
echo "-- beside the file"
cd ../..
$TAPEDECK validate deep/er/run.ndjson
$TAPEDECK config explain contract
TAPEDECK_CONTRACT=other.yaml $TAPEDECK config explain contract
