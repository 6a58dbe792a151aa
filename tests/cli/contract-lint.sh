# Errors all at once, then doubts; both with the place and the mend.
cat > wrong.yaml <<'END'
contract: 1
events:
  a: {shema: {}}
  b: {schema: {minimum: x}}
rules:
- {id: one, first: a, exactly: 1}
- {first: a}
- {id: many, count: b, between: [3, 1]}
END
cat > doubtful.yaml <<'END'
contract: 1
events: {a: {}, b: {}}
rules:
- {id: one, first: a}
- {id: one, last: b}
- {id: none, count: a, at_least: 0}
- {id: schema, last: b}
- {id: quiet, last: b, max_report: 0}
- {id: constant, on: a, expr: 1 == 1}
- {id: counted, on: a, expr: count(b) == 1}
- {id: anything, conforms: a, schema: {}}
tests:
- {name: no such rule, stream: [{type: b}], expect: {fail: [one, two], vacuous: three}}
- {name: a good one, stream: [{type: a}], expect: pass}
END
printf 'contract: 1\n' > good.yaml
"$TAPEDECK" contract lint wrong.yaml doubtful.yaml good.yaml missing.yaml || echo "exit $?"
"$TAPEDECK" contract lint doubtful.yaml > /dev/null && echo fine
"$TAPEDECK" contract lint --strict doubtful.yaml > /dev/null || echo "exit $?"
"$TAPEDECK" contract lint --json doubtful.yaml good.yaml
