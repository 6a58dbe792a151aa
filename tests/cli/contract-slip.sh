# The name of an event that an expression takes for arithmetic.
cat > c.yaml <<'END'
contract: 1
events: {task-started: {}, started: {}, done: {}}
rules:
- {id: slip, on: done, expr: "n == task-started.total"}
- {id: quoted, on: done, expr: "n == 'task-started'.total"}
- {id: argument, on: done, expr: "n == count(task-started) && n == last('task-started'.total) && my-task-started.n != 1"}
- {id: bound, count: done, equals: task-started.total}
END
$TAPEDECK contract lint c.yaml
$TAPEDECK contract explain c.yaml
sed -i 's/== task-started.total"/== task-started.total + "/' c.yaml
$TAPEDECK contract lint c.yaml 2>&1 || echo "status $?"
sed -i "s/== task-started.total + /== 'x' - task-started.total/" c.yaml
$TAPEDECK contract lint c.yaml 2>&1 || echo "status $?"
for bound in "at_most: task-started.total + 1" "between: [0, task-started.total + 1]"; do
    printf '%s\n' "contract: 1" "events: {task-started: {}, done: {}}" "rules: [{id: x, count: done, $bound}]" > b.yaml
    $TAPEDECK contract lint b.yaml 2>&1 || echo "status $?"
done
cat > f.yaml <<'END'
contract: 1
events: {task-started: {}, done: {}}
rules:
- {id: filter, count: "done[a == 1 && n > task-started.total]|task-started[n == 1]", at_most: 2}
- {id: scope, absent: done, when: {after: "done[n == task-started.total]"}}
- {id: name, monotonic: "task-started.total"}
END
$TAPEDECK contract lint f.yaml
cat > r.yaml <<'EOF'
contract: 1
events: {task-started: {}, done: {}}
rules:
- {id: r, on: done, expr: "task-started.total == 2"}
EOF
echo '{"type":"done"}' | $TAPEDECK validate - --contract r.yaml || echo "status $?"
# Also without a field; where events stand by their names, nothing is doubted.
for expr in "sum(task-started) > 3" "last(task-started) > 1" "has(task-started)" "task-started" "task-started > 1" \
    "count(a[task-started > 1]) > 0" "sum(task-started.total) + distinct(task-started.total) + elapsed(task-started) > 3"; do
    printf '%s\n' "contract: 1" "events: {task-started: {}, a: {}}" "rules: [{id: x, on: a, expr: \"$expr\"}]" > b.yaml
    echo "$expr"
    $TAPEDECK contract lint b.yaml 2>&1 || echo "status $?"
done
