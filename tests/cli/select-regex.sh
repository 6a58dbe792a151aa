# --regex is a pattern of ECMA-262; what cannot be decided ends with an error
# that names the event, and nothing is left out in silence.
printf '%s\n' '{"type":"task_1"}' '{"type":"Task_2"}' '{"type":"été"}' \
    '{"type":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"}' \
    '{"type":"job:done"}' |
    "$TAPEDECK" record - -o run.tape 2>/dev/null
names() { sed -n 's/.*"ev":"\([^"]*\)".*/\1/p'; }
for regex in '^task_\d+$' '(?<=:)done' '^\p{L}+$' '^(.)\1'; do
    printf '%s: ' "$regex"
    "$TAPEDECK" cat run.tape --regex "$regex" | names
done
hostile='(a+)+$'
"$TAPEDECK" cat run.tape --regex "$hostile" 2>&1 >out || echo "exit $?"
"$TAPEDECK" cut run.tape --regex "$hostile" -o part.tape 2>&1 || echo "exit $?"
"$TAPEDECK" replay run.tape - --dir both --regex "$hostile" 2>err >out ||
    echo "exit $?"
head -1 err
"$TAPEDECK" cat run.tape --regex 'é(b' 2>&1 || echo "exit $?"
"$TAPEDECK" cat run.tape --regex '(?<=(?<=a*)b)c' 2>&1 || echo "exit $?"
