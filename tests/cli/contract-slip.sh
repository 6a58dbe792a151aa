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
