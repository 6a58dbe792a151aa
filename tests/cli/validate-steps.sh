# A schema or a rule that takes too many steps names the first event that it
# gave up at, and what is to be done.
printf 'contract: 1\nevents:\n  a: {schema: {properties: {s: {pattern: "^(a+)+$"}}}}\n' > c.yaml
python3 - > run.ndjson <<'END'
for text in "aa", "a" * 20000 + "!", "a" * 20000 + "?":
    print('{"type":"a","s":"%s"}' % text)
END
"$TAPEDECK" validate run.ndjson --contract c.yaml || echo "exit $?"
cat > c.yaml <<'END'
contract: 1
rules:
  - {id: r, on: a, expr: 'matches(s, "^(a+)+$")'}
END
"$TAPEDECK" validate run.ndjson --contract c.yaml || echo "exit $?"
# What fails at one event and is not decided at another says both.
printf 'contract: 1\nevents:\n  a: {schema: {properties: {s: {pattern: "^(a|aa|a?a)+$"}}}}\n' > c.yaml
printf '{"type":"a","s":"b"}\n' > first.ndjson
sed -n 2p run.ndjson > second.ndjson
cat first.ndjson second.ndjson | "$TAPEDECK" validate - --contract c.yaml | head -2
cat second.ndjson first.ndjson | "$TAPEDECK" validate - --contract c.yaml | head -2
