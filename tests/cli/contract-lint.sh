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
cat > tests.yaml <<'END'
tests:
- {nam: it has no name, stream: [{type: b}], expect: pass}
- name: much is wrong
  expect: {fail: 1, passes: a}
  profile: {full: true}
  stream:
  - {type: a, t: soon}
  - 7
  - {type: a, t: 2s}
  - {type: a, t: 1s}
  complete: "yes"
  dialect: 1
- no test
- {name: it has nothing else}
contract: 1
rules: [{id: one, first: a}]
END
printf 'contract: 1\n' > good.yaml
"$TAPEDECK" contract lint wrong.yaml tests.yaml doubtful.yaml good.yaml missing.yaml || echo "exit $?"
"$TAPEDECK" contract lint doubtful.yaml > /dev/null && echo fine
"$TAPEDECK" contract lint --strict doubtful.yaml > /dev/null || echo "exit $?"
"$TAPEDECK" contract lint --json doubtful.yaml good.yaml
cat > turned.yaml <<'END'
rules: [{id: one, first: a, exactly: 1}]
events: {a: {schema: {$ref: schema.json}}, b: {shema: {}}}
contract: 1
END
echo '{"type": 1}' > schema.json
"$TAPEDECK" contract lint turned.yaml || echo "exit $?"
{
    printf 'contract: 1\nrules:\n'
    seq -f '- {id: r%.0f, count: a, at_least: 0}' 1003
} > many.yaml
"$TAPEDECK" contract lint many.yaml | tail -2
# Rules that fail wherever they apply.
cat > always.yaml <<'END2'
contract: 1
events: {a: {}, b: {}}
rules:
- {id: b, before: [a, b, "b"]}
- {id: r, response: {trigger: "a|b", expect: 'a|b'}}
- {id: w, response: {trigger: a, expect: b, within: 0s}}
- {id: n, balanced: {open: a, close: a}}
- {id: direction, balanced: {open: a, close: b}}
- {id: fine, before: ["a[n == 1]", "a[n == 2]", b]}
END2
"$TAPEDECK" contract lint always.yaml
