# A `by` that one of the rule's events cannot have.
cat > c.yaml <<'END'
contract: 1
events:
  started: {schema: {type: object, properties: {total: {type: integer}}}}
  task: {schema: {type: object, properties: {id: {type: string}}}}
  error: {schema: {type: object, properties: {task_id: {type: string}}}}
  other: {}
rules:
- {id: order, by: id, before: [started, task]}
- {id: answer, by: id, response: {trigger: error, expect: task|other}}
- {id: both, by: [id, task_id], count: task|error, at_most: 1}
- {id: told, by: id, count: task, exactly: started.total}
- {id: all, by: id, absent: "*", when: {after: task}}
- {id: good, by: id, unique: task.id}
- {id: left, balanced: {open: task, close: error, by: id, at: started}}
- {id: left-two, balanced: {open: task|other, close: error, by: [id, task_id], at: started}}
- {id: left-good, balanced: {open: task, close: other, by: id, at: started}}
END
$TAPEDECK contract lint c.yaml
