# Golden tests of a folder: the first run, blessing, accepting, CI, and all that
# can be wrong.
mkdir streams
cat > streams/build.golden.yaml <<'END'
golden: 1
run: {command: [sh, prog.sh, $SCRATCH]}
END
cat > streams/prog.sh <<'END'
test -d "$1"
run=r-$$
echo '{"type":"started","run":"'$run'"}'
for n in 1 2 3; do echo '{"type":"progress","task_id":"t'$n'","n":'${N:-1}'}'; done
test -n "$LESS" || echo '{"type":"done","run":"'$run'"}'
exit ${ENDS:-0}
END
say() {
    "$TAPEDECK" test "$@" >out 2>&1 || status=$?
    sed -E 's/ \([0-9.]+ m?s\)$/ (TIME)/; s/"ns":[0-9]+/"ns":N/; s/"t":[0-9]+/"t":N/g; s|[^ ]*tapedeck-test-[^/]*|SCRATCH|; s/ at [0-9.]+ s:/ at TIME:/' out
    echo "exit ${status:-0}"
    status=
}
sum() { (cd streams && md5sum *.tape.gz); }

echo "-- the first run writes what is pending, masks too; CI writes nothing"
CI=1 say streams
ls streams
say streams
ls streams
cat streams/build.pending.masks.yaml
sum > before
echo "-- once more is no other"
say streams --bless
sum | cmp - before
CI=1 say streams
echo "-- accepted"
say streams --accept
ls streams
say streams --accept
say streams
CI=1 say streams
CI=false say streams -q
echo "-- something planted"
sum > before
N=2 LESS=1 say streams
N=2 LESS=1 CI=1 say streams
N=2 LESS=1 say streams --json
sum | cmp - before
echo "-- blessed twice, then accepted"
N=2 say streams build --bless
sum > pending
N=2 say streams build --bless
sum | cmp - pending
N=2 say streams --accept
ls streams
N=2 say streams
echo "-- the same is not written"
N=2 say streams --bless
ls streams
echo "-- CI refuses"
CI=1 say streams --bless
CI=1 say streams --accept
echo "-- what is unused"
cp streams/build.golden.tape.gz streams/gone.golden.tape.gz
N=2 say streams
N=2 CI=1 say streams
rm streams/gone.golden.tape.gz
echo "-- a command that fails, that is not there, that does not end"
ENDS=3 N=2 say streams
echo 'golden: 1
run: {command: [nosuch]}' > streams/build.golden.yaml
say streams
echo 'golden: 1
run: {command: [sh, -c, "exec tail -f /dev/null"], timeout: 300ms}' > streams/build.golden.yaml
say streams
echo "-- the same only when run again"
cat > streams/build.golden.yaml <<'END'
golden: 1
run: {command: [sh, -c, "test -e $SCRATCH/again && N=2 || N=1; touch $SCRATCH/again; export N; exec sh ./prog.sh $SCRATCH"]}
END
say streams
say streams --retries 2
echo "-- a contract"
cat > streams/c.yaml <<'END'
contract: 1
stream: {name: /type}
rules:
- {id: few, count: progress, at_most: 2}
END
echo 'golden: 1
contract: c.yaml
run: {command: [sh, prog.sh, $SCRATCH]}' > streams/build.golden.yaml
N=2 say streams
