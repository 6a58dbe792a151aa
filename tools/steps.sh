#!/bin/sh
# usage: tools/steps.sh TAPEDECK DIR LINES
# A tape of so many events and a contract for it, DIR/steps.tape.gz and
# DIR/steps.yaml, to count and to time what tapedeck does with them.
set -eu
deck=$1
out=$2
awk -v lines="$3" 'BEGIN { for (i = 1; i <= lines; i++)
    printf "{\"type\":\"step\",\"id\":\"t%d\",\"n\":%d,\"text\":\"some words\"}\n", i % 50, i }' \
    > "$out/steps.ndjson"
cat > "$out/steps.yaml" <<'YAML'
contract: 1
events:
  step: {schema: {type: object, required: [id, n], properties: {n: {type: integer, minimum: 1}}}}
rules:
- {id: begins, first: step}
- {id: rises, monotonic: step.n, mode: increasing}
- {id: rises-each, monotonic: step.n, by: id}
YAML
$deck record - -q --overwrite -o "$out/steps.tape.gz" < "$out/steps.ndjson"
