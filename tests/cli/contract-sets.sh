# Named sets of events and complements, as they are read, judged and explained.
cat > c.yaml <<'END'
contract: 1
events: {start: , text: , tool: , "stop-it": , end: }
sets: {content: text|tool, framing: "!@content"}
rules:
- {id: within, absent: "@content", when: {after: end}}
- {id: others, by: k, before: [start, "* except start|end"]}
- {id: order, anchored: true, strict: true, sequence: "start !(start|end)* end"}
- {id: twice, count: "!@content[n > 1] ", at_most: 9}
- {id: sum, on: end, expr: "n == count(@content) && n == @content.n + 1"}
END
printf '%s\n' '{"type":"start","k":1}' '{"type":"text","n":1,"k":1}' '{"type":"end","n":2}' '{"type":"tool","n":2,"k":2}' > run.ndjson
$TAPEDECK contract lint c.yaml
$TAPEDECK contract explain c.yaml
$TAPEDECK contract explain --json c.yaml | head -c 200; echo
$TAPEDECK validate run.ndjson --contract c.yaml
sed -i 's/"@content"/"@contents"/' c.yaml
$TAPEDECK validate run.ndjson --contract c.yaml 2>&1 || echo "status $?"
