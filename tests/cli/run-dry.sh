# A dry run prints what would start, and writes nothing.
cat > plan.yaml <<'END'
plan: 1
name: dry
pools: {one: 1}
tasks:
- {id: a, run: "true", estimate: 2s, pool: one, inputs: [in], outputs: [a.o]}
- {id: b, run: "true", estimate: 3s, pool: one, inputs: [in], outputs: [b.o]}
- {id: c, run: "true", estimate: 1s, depends_on: [a], approval: {ask: "Go on?"}}
- {id: d, run: "true", estimate: 1s, depends_on: [a, b], when: failure}
END
echo one > in
"$TAPEDECK" run plan.yaml --dry-run --workers 2
"$TAPEDECK" run plan.yaml --dry-run --workers 2 --schedule waves
"$TAPEDECK" run plan.yaml --dry-run --workers 2 --json
"$TAPEDECK" run plan.yaml --dry-run --workers 1 --no-cache
ls -A
echo 'tasks: [{id: a, depends_on: [a], run: x}]' > bad.yaml
"$TAPEDECK" run bad.yaml --dry-run 2>&1 || echo "status $?"
