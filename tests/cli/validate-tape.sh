cat > c.yaml <<'END'
contract: 1
rules:
- {id: last, last: b}
- {id: many, count: a, at_least: 2}
END
printf '{"type":"a","n":1}\n{"type":"a","n":2}\n{"type":"b"}\n' |
    "$TAPEDECK" record - -o run.tape.gz -q > /dev/null
"$TAPEDECK" validate -v run.tape.gz --contract c.yaml
head -c "$(($(stat -c %s run.tape.gz) / 2))" run.tape.gz > torn.tape.gz
"$TAPEDECK" validate torn.tape.gz --contract c.yaml | sed 's/ [0-9]* events\{0,1\}/ N events/; s/byte [0-9]*/byte N/'
"$TAPEDECK" validate -q torn.tape.gz > /dev/null
