# Selectors that nothing matches, and sets that nothing uses.
cat > c.yaml <<'END'
contract: 1
events: {a: , b: , c: }
sets: {ab: a|b, ab-c: "@ab|c", unused: c}
rules:
- {id: none, absent: "!*"}
- {id: gone, by: k, before: [a, "@ab except a|b"]}
- {id: some, count: "@ab-c except a|b", at_most: 1}
- {id: filtered, count: "@ab except a|b[n > 1]", at_most: 1}
- {id: others, absent: "!a|b|c"}
END
$TAPEDECK contract lint c.yaml
