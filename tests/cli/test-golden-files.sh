# Golden files with mistakes, calls that make no sense, one tape and many
# goldens, a tape that is served.
mkdir g
say() {
    "$TAPEDECK" test "$@" >out 2>&1 || status=$?
    sed -E 's/ \([0-9.]+ m?s\)$/ (TIME)/' out
    echo "exit ${status:-0}"
    status=
}
say nowhere
say g
for text in '' 'golden: 2' 'golden: 1
runs: x' 'golden: 1
run: {}' 'golden: 1
run: {command: []}' 'golden: 1
run: {command: [""]}' 'golden: 1
run: {command: [1]}' 'golden: 1
run: {command: [a], serv: b}' 'golden: 1
run: {command: [a], timeout: soon}' 'golden: 1
run: {command: [a], speed: 2}' 'golden: 1
masks: ""'; do
    printf '%s\n' "$text" > g/a.golden.yaml
    say g
done
echo 'golden: 1' > g/a.golden.yaml
say g
say g b
say g --accept
say g --tape g/none
printf '{"type":"x","n":1}\n{"type":"y","n":2}\n{"type":"z"}\n' > x.ndjson
sed 's/1/7/; s/2/8/' x.ndjson > y.ndjson
sed 's/"n":1/"n":5/' x.ndjson > z.ndjson
echo 'golden: 1' > g/b.golden.yaml
echo "-- lines become tapes"
say g --tape x.ndjson --bless
say g a --tape x.ndjson --bless
say g b --tape y.ndjson --bless
say g --accept
"$TAPEDECK" cat g/a.golden.tape.gz | grep '"ev"' | sed 's/"t":[0-9]*/"t":N/'
say g --tape x.ndjson
say g --tape y.ndjson
cp g/a.golden.tape.gz g/gone.golden.tape.gz
CI=1 say g --tape x.ndjson
CI=1 say g a --tape x.ndjson
rm g/gone.golden.tape.gz
cp g/b.golden.tape.gz g/a.pending.tape.gz
CI=1 say g a --tape x.ndjson
rm g/a.pending.tape.gz
echo "-- the nearest first"
say g --tape z.ndjson
say g b --tape z.ndjson
say g --tape z.ndjson --accept
echo "-- a mistake in the masks"
echo 'masks: 3' > g/a.masks.yaml
say g a --tape x.ndjson
echo "-- what a command leaves in a file, and a tape that is served to it"
cat > g/b.golden.yaml <<'END'
golden: 1
run: {command: [cp, ../x.ndjson, $SCRATCH/out.ndjson], writes: $SCRATCH/out.ndjson}
END
say g b
cat > g/b.golden.yaml <<'END'
golden: 1
run:
  serve: a.golden.tape.gz
  command: [sh, -c, 'curl -sN $URL/events | sed -n "s/^data: //p"']
END
say g b
say g b --bless
say g b --accept
say g b
echo 'golden: 1
run: {command: ["true"], serve: nosuch.tape.gz}' > g/b.golden.yaml
say g b
echo "-- reports"
say g --tape x.ndjson --report junit=out.xml
echo 'masks: 1' > g/a.masks.yaml
say g --tape z.ndjson --report junit=out.xml --report html=out.html
grep -c '<testcase' out.xml
grep -o '<title>[^<]*' out.html
