# Each rule as a sentence.
cat > run.yaml <<'END'
contract: 1
events: {a: {note: begins}, b: {schema: {required: [n]}}}
rules:
- {id: begins, first: a}
- {id: up, monotonic: b.n, level: warn, note: as counters do}
- {id: many, count: b, between: [1, 2], profile: full}
dialects: {old: {note: before the summer}, new: null}
profiles: {full: the whole plan, quick: null}
END
"$TAPEDECK" contract explain run.yaml
"$TAPEDECK" contract explain --json run.yaml
"$TAPEDECK" contract explain missing.yaml || echo "exit $?"
