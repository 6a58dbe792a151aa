# Contracts that are taken in, with other levels and ids.
mkdir -p team/parts
cat > team/parts/base.yaml <<'END'
contract: 1
stream: {name: /kind}
unknown: ignore
events: {a: {schema: {properties: {n: {type: integer}}}}, b: }
sets: {ab: a|b}
rules:
- {id: first, first: a}
- {id: last, last: b}
- {id: once, count: a, exactly: 1}
END
cat > team/parts/more.yaml <<'END'
contract: 1
import: {from: base.yaml, ids: {first: begins}}
events: {c: }
rules:
- {id: quiet, absent: c}
END
cat > team/c.yaml <<'END'
contract: 1
import:
- parts/base.yaml
- {from: parts/more.yaml, levels: {begins: warn, once: off}, ids: {quiet: no-c}}
rules:
- {id: own, count: "@ab", exactly: 3}
END
printf '%s\n' '{"kind":"b"}' '{"kind":"a","n":"x"}' '{"kind":"c"}' > run.ndjson
$TAPEDECK contract lint team/c.yaml
$TAPEDECK validate run.ndjson --contract team/c.yaml || echo "status $?"
$TAPEDECK contract explain team/c.yaml
echo "-- a rule that is no more than another level of an imported one"
cat > team/soft.yaml <<'END'
contract: 1
import: [c.yaml]
rules:
- {id: begins, level: error}
- {id: last, level: off, note: it may be cut}
- {id: own, level: info}
END
$TAPEDECK contract lint team/soft.yaml
$TAPEDECK validate run.ndjson --contract team/soft.yaml || echo "status $?"
echo "-- what is wrong"
wrong() { printf '%s\n' "contract: 1" "$@" > team/w.yaml; $TAPEDECK contract lint team/w.yaml || echo "status $?"; }
wrong "import: none.yaml"
wrong "import: w.yaml"
wrong "import: {from: parts/base.yaml, levels: {frist: warn}}"
wrong "import: {from: parts/base.yaml, levels: {first: loud}}"
wrong "import: {from: parts/base.yaml, ids: [first]}"
wrong "import: {levels: {first: warn}}"
wrong "import: 1"
wrong "import: parts/base.yaml" "rules: [{id: frist, level: warn}]"
wrong "import: parts/base.yaml" "rules: [{id: first, level: loud}]"
wrong "rules: [{id: first, level: warn}]"
wrong "import: parts/base.yaml" "events: {a: }"
wrong "import: parts/base.yaml" "sets: {ab: a}"
wrong "import: parts/base.yaml" "rules: [{id: once, first: a}]"
cp team/parts/base.yaml other.yaml
wrong "import: ../other.yaml"
$TAPEDECK validate run.ndjson --contract team/w.yaml --allow-refs . || echo "status $?"
echo "asyncapi: 3.0.0" > team/api.yaml
wrong "import: api.yaml"
echo "type: object" > team/s.yaml
wrong "import: s.yaml"
printf '%s\n' "contract: 1" "import: ring2.yaml" > team/ring1.yaml
printf '%s\n' "contract: 1" "import: ring1.yaml" > team/ring2.yaml
wrong "import: ring1.yaml"
wrong "import: std:none-such"
wrong "import: std:ag-iu"
echo "-- from the shelf"
cat > team/ui.yaml <<'END'
contract: 1
import: {from: std:ag-ui, levels: {thinking: warn, result-of-call: off}, ids: {starts: ag-ui-starts}}
END
printf '%s\n' '{"type":"RUN_FINISHED","threadId":"t","runId":"r"}' > ui.ndjson
$TAPEDECK validate ui.ndjson --contract team/ui.yaml || echo "status $?"
# AsyncAPI: as it is, by way of a contract, and by both, which is once.
cat > team/api.yaml <<'END2'
asyncapi: 3.0.0
components:
  messages:
    tick: {payload: {$ref: '#/components/schemas/n'}}
    tock: {payload: {type: object, required: [o]}}
  schemas: {n: {type: object, required: [n], properties: {n: {type: integer}}}}
x-tapedeck: {rules: [{id: T1, first: tick}]}
END2
printf '%s\n' "contract: 1" "asyncapi: api.yaml" "rules: [{id: A1, count: tick, exactly: 1}]" > team/with.yaml
printf '%s\n' "contract: 1" "import: [with.yaml, {from: api.yaml, levels: {T1: warn}}]" "asyncapi: api.yaml" > team/both.yaml
printf '%s\n' '{"o":1}' '{"n":"1"}' '{"type":"tick","n":1}' > ticks.ndjson
$TAPEDECK validate ticks.ndjson --contract team/with.yaml || echo "status $?"
$TAPEDECK validate ticks.ndjson --contract team/both.yaml || echo "status $?"
printf '%s\n' "contract: 1" "asyncapi: base.yaml" > team/parts/no.yaml
wrong "import: parts/no.yaml"
