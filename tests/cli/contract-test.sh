# The tests of a contract: what each became, and what no test makes fail.
cat > run.yaml <<'END'
contract: 1
events: {a: {}, b: {schema: {required: [n]}}}
rules:
- {id: begins, first: a}
- {id: up, monotonic: b.n, missing: skip}
- {id: many, count: b, at_most: 2, level: warn}
tests:
- name: a good run
  stream: [{type: a}, {type: b, n: 1, t: 1s}, {type: b, n: 2, t: 1.5s}]
  expect: pass
- name: it goes back
  stream: |
    {"type":"a"}
    {"type":"b","n":2}
    {"type":"b","n":1}
  expect: {fail: up}
- name: nothing to go up
  stream: [{type: a}]
  expect: {vacuous: [up]}
END
"$TAPEDECK" contract test run.yaml
"$TAPEDECK" contract test --strict run.yaml > /dev/null || echo "exit $?"
cat >> run.yaml <<'END'
- name: a test that is wrong
  stream: [{type: b}]
  expect: {fail: [begin, up]}
END
"$TAPEDECK" contract test run.yaml || echo "exit $?"
"$TAPEDECK" contract test --json run.yaml || echo "exit $?"
printf 'contract: 1\n' > untested.yaml
"$TAPEDECK" contract test untested.yaml || echo "exit $?"
