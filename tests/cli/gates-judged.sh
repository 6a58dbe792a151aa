# What is said of gates that cannot be judged, or whose limits do not hold.
say() { printf '%s\n' "-- $1"; }
gate() { printf 'gates: 1\nchecks:\n  %s\n' "$1" > gates.yaml; }
run() {
    "$TAPEDECK" validate --gates gates.yaml "$@" 2> talk |
        grep -v -e '^ *again: ' -e '^ *log: ' | sed 's/since [0-9a-f]*$/since HASH/' || true
    grep -v -e '^pass ' -e '^fail ' -e '^error ' -e '^vacuous ' -e '^flaky ' -e '^warn ' talk || true
}
touch a.c
printf '<testsuite tests="1"><testcase name="a"/></testsuite>' > j.xml

say 'known flaky tests'
gate 't: {kind: tests, reads: {junit: j.xml}, retry: {times: 1, known: flaky.yaml}}'
for text in '[]' 'flaky: {}' 'flaky: [5]' 'flaky: [{key: a}]' \
    'flaky: [{key: a, reason: b, owner: c, until: x}]'; do
    printf '%s\n' "$text" > flaky.yaml
    run
done
printf 'flaky: [{key: a, reason: b, owner: c, until: 2020-01-01}]\n' > flaky.yaml
run --strict
rm flaky.yaml
run

say 'variables'
gate 't: {kind: tests, reads: {junit: $OTHER.OUT/j.xml}}'
run
gate 't: {kind: tests, reads: {junit: none.xml}}'
run

say 'limits'
gate 't: {kind: tests, reads: {junit: j.xml}, min: 3}'
run
printf 'a.c:1:1: warning: b [-Wc]\n' > lint.txt
gate 'l: {kind: lint, reads: {gcc: lint.txt}, must_see: 4}'
run
gate 'l: {kind: lint, reads: {gcc: lint.txt}, fail: {total: 0}}'
run
gate 'l: {kind: lint, reads: {gcc: lint.txt}, warn: {total: 0}}'
run
run --strict
printf 'none.c:1:1: warning: b [-Wc]\n' > lint.txt
gate 'l: {kind: lint, reads: {gcc: lint.txt}}'
run

say 'exit status and report'
gate 't: {kind: tests, shell: true, run: "cp j.xml $OUT; exit 3", reads: {junit: $OUT/j.xml}}'
run
gate 'l: {kind: lint, shell: true, run: "echo a.c:1:1: error: b > $OUT/l; exit 9", reads: {gcc: $OUT/l}}'
run
gate 't: {kind: custom, shell: true, run: "kill -9 $$$$"}'
run

say 'git'
gate 't: {kind: custom, run: "true"}'
run --changed-since main
commit() { git -c user.name=a -c user.email=a@b commit -q --allow-empty -m "$1"; }
git init -q -b main .
run --changed-since main
commit one
git checkout -q --orphan other
commit two
run --changed-since nope
run --changed-since main

say 'coverage'
printf 'SF:a.c\nDA:1,1\nend_of_record\n' > c.info
: > a.c
gate 'c: {kind: coverage, reads: {lcov: c.info}, fail: {lines: ">= 90%"}}'
run
printf 'int a;\nint b;\n' > a.c
git add a.c
commit three
gate 'c: {kind: coverage, reads: {lcov: c.info}, fail: {changed: ">= 80%"}}'
run
run --changed-since HEAD
printf 'int a;\nint b;\nint c;\n' > a.c
run --changed-since HEAD
printf 'SF:a.c\nDA:1,1\nDA:3,0\nend_of_record\n' > c.info
run --changed-since HEAD
gate 'c: {kind: coverage, reads: {lcov: c.info}, fail: {lines: ratchet}}'
run
run --update-baseline
printf 'mode: set\na.c:1.1,2.2 1 1\n' > go.out
gate 'c: {kind: coverage, reads: {go-cover: go.out}, fail: {lines: ratchet}}'
run
