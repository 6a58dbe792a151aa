# Goldens of a server on standard input and output, from lines and from a tape.
say() {
    "$TAPEDECK" test "$@" >out 2>&1 || status=$?
    sed -E 's/ \([0-9.]+ [mu]?s\)$/ (TIME)/' out
    echo "exit ${status:-0}"
    status=
}
mkdir g
cat > server.sh <<'END'
n=0
while read -r line; do
    n=$((n + 1))
    echo "{\"type\":\"answer\",\"n\":$n,\"to\":$line}"
done
END
printf '{"id":1,"method":"a"}\n{"id":2,"method":"b"}\n' > g/ask.ndjson
"$TAPEDECK" record --stdio -q -o g/talk.tape.gz -- sh server.sh < g/ask.ndjson > /dev/null
echo 'golden: 1
run: {stdio: ask.ndjson, command: [sh, ../server.sh]}' > g/lines.golden.yaml
echo 'golden: 1
run: {record: [sh, ../server.sh], stdio: talk.tape.gz}' > g/tape.golden.yaml
say g
say g --accept
say g
"$TAPEDECK" diff g/lines.golden.tape.gz g/tape.golden.tape.gz
"$TAPEDECK" cat --event answer --no-header g/tape.golden.tape.gz | grep -o '"json".*'
echo "-- it answers otherwise; it reads nothing of what there is"
sed 's/"n\\/"N\\/; s/\\"n\\"/\\"N\\"/' server.sh > next; mv next server.sh
say g lines
echo 'echo "{\"type\":\"answer\"}"' > server.sh
say g tape
echo "-- nothing to hear; more than one to talk to; no command, and two"
for run in 'stdio: none, command: [cat]' 'stdio: ask.ndjson, serve: talk.tape.gz, command: [cat]' \
    'stdio: ask.ndjson' 'record: [cat], command: [cat]'; do
    printf 'golden: 1\nrun: {%s}\n' "$run" > g/lines.golden.yaml
    say g lines
done
