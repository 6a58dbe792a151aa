cat > c.yaml <<'END'
contract: 1
stream: {name: /t, data: ""}
unknown: warn
events: {a: {schema: {properties: {n: {type: integer}}}}, b: {}}
rules:
- {id: one, count: a, at_most: 1}
- {id: up, monotonic: a.n, mode: increasing}
END
printf '{"t":"a","n":2}\n{"t":"a","n":1.5}\n{"t":"z"}\n' | "$TAPEDECK" validate --json --contract c.yaml
