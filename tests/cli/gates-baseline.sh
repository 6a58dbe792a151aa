# Baselines that are none.
printf 'gates: 1\nchecks: {a: {kind: custom, run: "true"}}\n' > gates.yaml
row() {
    printf '%s' "$1" > b.json
    "$TAPEDECK" validate -q --gates gates.yaml --baseline b.json 2>&1 || echo "status $?"
}
row ''
row '[]'
row '{}'
row '{"baseline":1'
row '{"baseline":2}'
row '{"baseline":1,"project":5}'
row '{"baseline":1,"more":5}'
row '{"baseline":1,"findings":{}}'
row '{"baseline":1,"findings":[5]}'
row '{"baseline":1,"findings":[{}]}'
row '{"baseline":1,"findings":[{"fp":"x"}]}'
row '{"baseline":1,"findings":[{"tool":"t","fp":"x","count":1,"lines":[1,2]}]}'
row '{"baseline":1,"findings":[{"tool":"t","fp":"x","count":1,"lines":["a"]}]}'
row '{"baseline":1,"coverage":[{"gate":"g"}]}'
row '{"baseline":1,"coverage":[{"gate":"g","format":"lcov","lines":[1]}]}'
row '{"baseline":1,"coverage":[{"gate":"g","format":"lcov","lines":["a","b"]}]}'
row '{"baseline":1,"coverage":[{"gate":"g","format":"lcov","lines":[5,3]}]}'
row '{"baseline":1,"instructions":[{"gate":"g"}]}'
row '{"baseline":1,"instructions":[{"gate":"g","name":"x","instructions":-1}]}'
