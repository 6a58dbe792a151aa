# A plan is looked at without running it.
cat > plan.yaml <<'END'
plan: 1
name: small
tasks:
- {id: end, depends_on: [a, b], run: "true"}
- {id: a, run: "true"}
- {id: b, depends_on: [a], run: "true"}
END
"$TAPEDECK" plan lint plan.yaml
"$TAPEDECK" plan lint plan.yaml --json
"$TAPEDECK" plan show plan.yaml
"$TAPEDECK" plan show plan.yaml --format dot
"$TAPEDECK" plan show plan.yaml --format mermaid
"$TAPEDECK" plan show plan.yaml --json
echo 'tasks: [{id: a, depends_on: [b], run: x}]' > bad.yaml
"$TAPEDECK" plan lint bad.yaml 2>&1 || echo "status $?"
"$TAPEDECK" plan show 2>&1 || echo "status $?"
"$TAPEDECK" plan show plan.yaml --format svg 2>&1 || echo "status $?"
