# A plan is looked at without running it.
cat > plan.yaml <<'END'
plan: 1
name: small
tasks:
- {id: end, depends_on: [a, b], run: "true", estimate: 2s}
- {id: a, run: "true", outputs: [a.o], estimate: 1s}
- {id: b, name: 'the "b"', depends_on: [a], run: "true"}
END
"$TAPEDECK" plan lint plan.yaml
"$TAPEDECK" plan lint plan.yaml --json
"$TAPEDECK" plan show plan.yaml --workers 2
for view in timeline tasks stats dependencies; do
    echo "- $view"
    "$TAPEDECK" plan show plan.yaml --view "$view" --ascii --workers 2
done
echo "- full"
"$TAPEDECK" plan show plan.yaml --view full --width 40 -w 2 | wc -l
"$TAPEDECK" plan show plan.yaml --view tasks --limit 1
"$TAPEDECK" plan show plan.yaml --view dependencies --from b
"$TAPEDECK" plan show plan.yaml -w 2 --json
"$TAPEDECK" plan show plan.yaml -w 2 --json --view full
"$TAPEDECK" plan show plan.yaml --format dot
"$TAPEDECK" plan show plan.yaml --format mermaid
"$TAPEDECK" plan show plan.yaml --format json
echo "- why"
"$TAPEDECK" plan why plan.yaml b --workers 2
"$TAPEDECK" plan why plan.yaml b --workers 2 --json
echo "- review"
"$TAPEDECK" plan review plan.yaml --workers 2 --ascii
"$TAPEDECK" plan review plan.yaml --workers 2 --json
echo "- schema"
"$TAPEDECK" plan schema > schema.json
cmp schema.json "$SOURCE/docs/plan.schema.json" && echo the same
"$TAPEDECK" plan show plan.yaml --format json > canonical.json
"$TAPEDECK" validate canonical.json --schema schema.json -q && echo fits
ls -A
echo "- mistakes"
echo 'tasks: [{id: a, depends_on: [b], run: x}]' > bad.yaml
"$TAPEDECK" plan lint bad.yaml 2>&1 || echo "status $?"
"$TAPEDECK" plan show 2>&1 || echo "status $?"
"$TAPEDECK" plan show plan.yaml --format svg 2>&1 || echo "status $?"
"$TAPEDECK" plan show plan.yaml --view gantt 2>&1 || echo "status $?"
"$TAPEDECK" plan show plan.yaml --view dependencies --from z 2>&1 || echo "status $?"
"$TAPEDECK" plan why plan.yaml 2>&1 || echo "status $?"
"$TAPEDECK" plan why plan.yaml z 2>&1 || echo "status $?"
"$TAPEDECK" plan show x7 2>&1 || echo "status $?"
"$TAPEDECK" plan schema x 2>&1 || echo "status $?"
