# What gates lint doubts: gates that cannot fail, and reports that may be old.
cat > gates.yaml <<'YAML'
gates: 1
checks:
  unit: {kind: tests, reads: {junit: r.xml}}
  cov: {kind: coverage, run: x, reads: {lcov: c.info}}
  speed: {kind: performance, a: x, b: y, pool: cpu}
  stream: {kind: stream, run: x, tape: t.ndjson}
  fine: {kind: tests, run: x, reads: {junit: r.xml}, min: 3}
YAML
"$TAPEDECK" gates lint gates.yaml
"$TAPEDECK" gates lint gates.yaml --strict > /dev/null || echo "status $?"
"$TAPEDECK" gates lint gates.yaml --json | head -1
printf 'gates: 1\nchecks: {a: {kind: custom, run: x}}\n' > gates.yaml
"$TAPEDECK" gates lint gates.yaml
"$TAPEDECK" gates lint none.yaml 2>&1 || echo "status $?"
mkdir -p src
cat > gates.yaml <<'YAML'
gates: 1
checks:
  go: {kind: coverage, run: x, reads: {go-cover: c.out}, fail: {lines: 80%, branches: 80%}}
  lcov: {kind: coverage, run: lcov -c -o c.info, reads: {lcov: c.info}, fail: {branches: ratchet}}
  told: {kind: coverage, run: lcov -c --rc lcov_branch_coverage=1 -o c.info, reads: {lcov: c.info}, fail: {branches: ratchet}}
  gcov: {kind: coverage, shell: true, run: gcov -jt a.c > c.json, reads: {gcov: c.json}, warn: {branches: 80%}}
  gcov-b: {kind: coverage, shell: true, run: gcov -jtb a.c > c.json, reads: {gcov: c.json}, warn: {branches: 80%}}
  both: {kind: coverage, run: x, reads: {go-cover: c.out, lcov: c.info}, fail: {branches: 80%}}
  folder: {kind: coverage, run: x, reads: {lcov: c.info}, fail: {src/: 80%, scr/: 80%, lines: 0%, file: ">= 101%"}}
  unit: {kind: tests, run: x, reads: {cunit: r.xml}, min: 3, fail: {skipped: 0}}
  calls: {kind: performance, run: x, reads: {callgrind: c}, fail: {time: 2s, instructions: 5%}}
  fine: {kind: performance, run: x, reads: {hyperfine: h.json}, fail: {instructions: 5%}}
  ab: {kind: performance, a: x, b: y, fail: {time: 2s}}
  report: {kind: performance, run: x, reads: {hyperfine: h.json}, fail: {slower: 5%}}
  none: {kind: performance, run: x, reads: {callgrind: c}}
YAML
"$TAPEDECK" gates lint gates.yaml
printf 'gates: 1\nchecks: {a: {kind: performance, a: x, b: y, fail: {slower: ">= 5%%"}}}\n' > gates.yaml
"$TAPEDECK" gates lint gates.yaml 2>&1 || echo "status $?"
