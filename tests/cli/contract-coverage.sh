# What of a contract streams have put to the test.
cd "$SOURCE/fixtures" || exit 1
cover() { echo "\$ $*"; "$TAPEDECK" contract coverage "$@" 2>&1 || echo "exit $?"; }
C=contracts/execution.contract.yaml
cover $C execution/good/clean.ndjson
cover $C execution/good/clean.ndjson execution/good/rough.ndjson execution/good/failed.ndjson --min 80
cover $C execution/good/clean.ndjson execution/good/rough.ndjson -v
cover $C execution/good/doc.ndjson --dialect doc | tail -n 1
cover $C execution/bad/R10.ndjson | tail -n 1
cover std:cargo tapes/cargo-build.tape.gz --json
cover contracts/socketio-build.contract.yaml tapes/socketio-build.tape.gz --min 99
cover $C
cover $C - < execution/good/clean.ndjson
cover $C none.ndjson
cover execution/good/clean.ndjson execution/good/clean.ndjson
cover $C execution/good/doc.ndjson --dialect none
cd "$OLDPWD" || exit 1
echo "states and transitions, over several streams; rules that nothing breaks"
cat > jobs.yaml <<'EOF'
contract: 1
unknown: ignore
rules:
- {id: ways, by: id, states: {event: job, field: at, start: new, allow: {new: [run, gone], run: [done, failed], failed: [run], done: [], gone: []}, final: [done, gone]}}
- {id: counted, count: job, at_least: 0}
- {id: begins, first: job}
- {id: late, response: {trigger: "job[at == 'new']", expect: job, within: 1h}, level: warn}
EOF
one() { for at in new run done; do echo '{"type":"job","id":1,"at":"'$at'"}'; done; }
two() { echo '{"type":"job","id":1,"at":"new"}'; one | sed 's/"id":1/"id":2/'; echo '{"type":"job","id":1,"at":"gone"}'; }
one > one.ndjson
two > two.ndjson
cover jobs.yaml one.ndjson --mutants
cover jobs.yaml one.ndjson two.ndjson --mutants -v
cover jobs.yaml one.ndjson two.ndjson --mutants --json
cover jobs.yaml one.ndjson --mutants --min 90
cover jobs.yaml one.ndjson --mutants --report markdown=page.md --report html=page.html > all
grep -c "the step was never taken" page.html
grep -e transitions -e mutants page.md
"$TAPEDECK" record - -q -o none.tape.gz < /dev/null
printf 'no\n[]\n' > odd.ndjson
cover jobs.yaml none.tape.gz --mutants
cover jobs.yaml odd.ndjson --mutants
echo "-- the messages of an AsyncAPI document have fields, too"
cat > shop.yaml <<'EOF'
asyncapi: 3.0.0
info: {title: shop, version: 1.0.0}
channels:
  orders:
    address: /orders
    messages:
      placed: {name: placed, payload: {$ref: '#/components/schemas/Order'}}
      gone: {name: gone, payload: {type: object, properties: {why: {enum: [sold, late]}}}}
components:
  schemas:
    Order: {type: object, required: [id], properties: {type: {const: placed}, id: {type: string}, note: {type: string}}}
EOF
printf 'contract: 1\nimport: shop.yaml\n' > takes.yaml
printf '{"type":"placed","id":"1","price":2}\n' > orders.ndjson
"$TAPEDECK" contract coverage shop.yaml orders.ndjson 2>&1
"$TAPEDECK" contract coverage takes.yaml orders.ndjson 2>&1 | tail -n 2
"$TAPEDECK" audit orders.ndjson --contract shop.yaml -v 2>&1 | sed -n 1,12p
echo "-- a schema that stands in itself in many places"
cat > tree.yaml <<'EOF'
contract: 1
events:
  tree:
    schema:
      $ref: "#/$defs/t"
      $defs:
        t: {type: object, properties: {type: {type: string}, left: {$ref: "#/$defs/t"}, right: {$ref: "#/$defs/t"}, up: {$ref: "#/$defs/t"}}}
EOF
printf '{"type":"tree","left":{"left":{"up":{}}}}\n' > tree.ndjson
"$TAPEDECK" contract coverage tree.yaml tree.ndjson 2>&1
"$TAPEDECK" audit tree.ndjson --contract tree.yaml 2>&1 | head -n 4
echo "-- streams that leave no room for many mutants"
cat > long.yaml <<'EOF'
contract: 1
events: {tick: {schema: {properties: {n: {type: integer}}}}}
rules:
- {id: any, count: tick, at_least: 0}
EOF
python3 -c 'for n in range(20000): print("{\"type\":\"tick\",\"n\":%d}" % n)' > long.ndjson
"$TAPEDECK" contract coverage long.yaml long.ndjson --mutants
"$TAPEDECK" contract coverage long.yaml long.ndjson --mutants --json | grep -o '"mutants_tried":[0-9]*'
