# A schema that takes too many steps names the first event that it gave up at.
printf 'contract: 1\nevents:\n  a: {schema: {properties: {s: {pattern: "^(a+)+$"}}}}\n' > c.yaml
python3 - > run.ndjson <<'END'
for text in "aa", "a" * 20000 + "!", "a" * 20000 + "?":
    print('{"type":"a","s":"%s"}' % text)
END
"$TAPEDECK" validate run.ndjson --contract c.yaml || echo "exit $?"
