# Why a gate is what it is.
judge() {
    row=$1
    shift
    printf 'gates: 1\nchecks:\n  g: {%s}\n' "$row" > gates.yaml
    "$TAPEDECK" validate --gates gates.yaml "$@" 2>/dev/null |
        grep -v -e '^        ' -e '^[a-z]*$' || :
}
lcov() { printf '%s\n' "$@" end_of_record > c.info; }
printf 'int a;\nint b;\n' > a.c
cover='kind: coverage, run: cp c.info $OUT/c.info, reads: {lcov: $OUT/c.info}'
lcov SF:a.c DA:1,1 DA:2,0
judge "$cover, fail: {lines: 90%}"
judge "$cover, fail: {lines: ratchet}"
judge "$cover, fail: {lines: ratchet}" --update-baseline
judge "$cover, fail: {changed: 90%}"
judge "$cover, fail: {changed: 90%}" --strict
judge "$cover, warn: {lines: 90%}"
judge "$cover, warn: {lines: 90%}" --strict
judge "$cover, include: [src/**]"
lcov SF:a.c DA:1,0
judge "$cover"
lcov SF:a.c DA:9,1
judge "$cover"
lcov SF:/elsewhere/z.c DA:1,1
judge "$cover"
: > c.info
judge "$cover"
lint='kind: lint, run: cp l.txt $OUT/l.txt, reads: {gcc: $OUT/l.txt}'
echo 'a.c:1:1: warning: too short [-Wshort]' > l.txt
judge "$lint"
judge "$lint, fail: {total: 0}"
judge "$lint, warn: {total: 0}"
judge "$lint, must_see: 3"
judge 'kind: lint, reads: {gcc: none.txt}'
judge 'kind: tests, run: "true", reads: {junit: a.xml}'
echo '<testsuite tests="1"><testcase name="x"/></testsuite>' > a.xml
touch -d '1 hour ago' a.xml
judge 'kind: tests, run: "true", reads: {junit: a.xml}'
judge 'kind: tests, reads: {junit: a.xml}, min: 2'
echo '<testsuite tests="0"></testsuite>' > b.xml
judge 'kind: tests, reads: {junit: b.xml}'
judge 'kind: tests, reads: {junit: b.xml}, allow_empty: true'
judge 'kind: custom, run: "false", exits: {clean: [0], found: [2]}'
judge 'kind: custom, shell: true, run: "kill -9 $$$$"'
echo '{"results":[{"command":"x","times":[0.5,0.7,0.6],"exit_codes":[0,0,0]}]}' > h.json
judge 'kind: performance, reads: {hyperfine: h.json}, fail: {time: 550ms}'
echo '{"results":[{"command":"x","times":[0.5],"exit_codes":[1]}]}' > h.json
judge 'kind: performance, reads: {hyperfine: h.json}, fail: {time: 550ms}'
echo '{"context":{},"benchmarks":[{"name":"x","run_type":"iteration","error_occurred":true,"error_message":"no disk"}]}' > g.json
judge 'kind: performance, reads: {google-benchmark: g.json}, fail: {time: 550ms}'
echo '{"results":[]}' > h.json
judge 'kind: performance, reads: {hyperfine: h.json}, fail: {time: 550ms}'
judge 'kind: stream, tape: none.ndjson'
