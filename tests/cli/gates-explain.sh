# Every key of a gate as a sentence.
cat > gates.yaml <<'YAML'
gates: 1
checks:
  build: {kind: custom, shell: true, run: "cd a && make", dir: src, timeout: 90s}
  unit:
    kind: tests
    needs: [build]
    run: ./run-tests $OUT/j.xml
    reads: {junit: $OUT/j.xml}
    min: 3
    retry: {times: 2, run: ./again, known: flaky.yaml}
    fail: {skipped: 2}
    warn: {count: ">= 10"}
  old:
    kind: tests
    reads: {tap: [a.tap, b.tap]}
    newer_than: ["src/**", lib.c]
  cov:
    kind: coverage
    needs: [build, unit]
    pool: exclusive
    run: cover
    reads: {lcov: "c.info", cobertura: "*.xml"}
    include: ["src/**"]
    exclude: ["src/gen/**", "src/x.c"]
    unmeasured: fail
    must_see: 5
    fail: {lines: ratchet, branches: ">= 70%", changed: 90%, file: 50%, src/: 80%}
    warn: {folder: 60%}
  soft: {kind: coverage, run: x, reads: {lcov: c}, unmeasured: warn}
  lint: {kind: lint, run: x, reads: {gcc: l.txt}}
  total: {kind: lint, run: x, reads: {gcc: l.txt}, fail: {new: 0}, warn: {total: 9}}
  ab: {kind: performance, a: [./a, "x y"], b: ./b, blocks: 12, fail: {slower: 5%}}
  time: {kind: performance, run: x, reads: {hyperfine: h.json}, fail: {time: 250ms}}
  count: {kind: performance, run: x, reads: {callgrind: c}, fail: {instructions: 3%}}
  tape: {kind: stream, tape: t.ndjson, contract: c.yaml}
  js:
    kind: lint
    run: x
    env: {CI: "1", MORE: "a b"}
    reads: {eslint: l.json}
    roots: [src, build]
    allow_empty: true
    exits: {clean: [0, 3], found: [1]}
  changed: {kind: coverage, run: x, reads: {lcov: c}, whitespace: true, fail: {changed: 90%}}
  odd: {kind: custom, run: x, exits: {clean: [3]}}
  hidden: {kind: custom, shell: true, run: "echo \e[8m\u202E\u0007\nrm x", dir: "\e[A"}
YAML
"$TAPEDECK" gates explain gates.yaml
