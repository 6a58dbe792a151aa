# Times as text of digits, as journalctl -o json writes them.
cat > c.yaml <<'END'
contract: 1
rules:
- {id: near, clock: {event: /at, unit: us}, gap: a, max: 2s}
END
cat > in <<'END'
{"type":"a","at":"1769860800000000"}
{"type":"a","at":"1769860801500000"}
{"type":"a","at":"1769860805000000"}
{"type":"a","at":"2026-01-31T12:00:06Z"}
{"type":"a","at":"17x"}
END
$TAPEDECK validate in --contract c.yaml || echo "exit $?"
