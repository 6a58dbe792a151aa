# The command that a finding names shows its event, whatever the input is called.
cat > c.yaml <<'END'
contract: 1
stream: {data: ""}
rules:
- {id: up, monotonic: a.n, mode: increasing}
END
printf '{"type":"a","n":1}\n\n{"type":"a","n":2}\n{"type":"a","n":2}\n' > "it's in.ndjson"
gzip -k "it's in.ndjson"
cp "it's in.ndjson" ./-odd
"$TAPEDECK" record - -o 'my run.tape.gz' -q < "it's in.ndjson"
tapedeck() { "$TAPEDECK" "$@"; }
show() {
    "$TAPEDECK" validate --contract c.yaml --json "$@" 2> /dev/null |
        python3 -c 'import json, sys; print(json.load(sys.stdin)["findings"][0]["show"])'
}
for name in "it's in.ndjson" "it's in.ndjson.gz" 'my run.tape.gz'; do
    show "$name"
    eval "$(show "$name")" | sed 's/"t":[0-9]*/"t":T/'
done
eval "$(show -- -odd)"
"$TAPEDECK" validate --contract c.yaml - < ./-odd || true
"$TAPEDECK" validate --contract c.yaml "it's in.ndjson" || true
"$TAPEDECK" cat --seq 99 'my run.tape.gz'
"$TAPEDECK" cat --seq 1 --start 0% 'my run.tape.gz' 2>&1 || true
