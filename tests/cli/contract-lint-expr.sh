# Fields of expressions, and of other events in them.
cat > run.yaml <<'END'
contract: 1
events:
  a: {schema: {properties: {n: {}}}}
  b: {schema: {properties: {m: {}}}}
rules:
- {id: good, on: a, expr: "n == b.m && n >= prev(a.n)"}
- {id: field, on: a, expr: m > 1}
- {id: other-event, on: a, expr: n == b.n}
- {id: filter, count: "a[m == 1]", exactly: 1}
- {id: state, by: n, states: {field: m, start: new, allow: {new: [old], old: [], lost: [new]}}}
END
"$TAPEDECK" contract lint run.yaml
