# Fields of expressions, and of other events in them.
cat > run.yaml <<'END'
contract: 1
events:
  a: {schema: {properties: {n: {}}}}
  b: {schema: {properties: {m: {}}}, aliases: {other: [m2]}}
dialects: {old: {events: {b: {schema: {properties: {was: {}}}, aliases: {older: [m3]}}}}}
rules:
- {id: good, on: a, expr: "n == b.m && n >= prev(a.n)"}
- {id: good-alias, constant: b.other}
- {id: good-dialect, constant: b.was}
- {id: good-dialect-alias, constant: b.older}
- {id: field, on: a, expr: m > 1}
- {id: other-event, on: a, expr: n == b.n}
- {id: filter, count: "a[m == 1]", exactly: 1}
- {id: state, by: n, states: {field: m, start: new, allow: {new: [old], old: [], lost: [new]}}}
END
"$TAPEDECK" contract lint run.yaml
echo "functions:"
for call in 'siz(a.t) > 1' 'elapsd() > 1' 'match(t, "x")'; do
    printf 'contract: 1\nevents: {a: {}}\nrules: [{id: r, on: a, expr: %s}]\n' "'$call'" > f.yaml
    "$TAPEDECK" contract lint f.yaml 2>&1 || echo "status $?"
done
