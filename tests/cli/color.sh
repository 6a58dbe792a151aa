# --color and NO_COLOR decide, and without them whether it is a terminal.
good=$SOURCE/fixtures/tapes/node-test.tape.gz
cp "$good" good.tape.gz
head -c 4000 "$good" >torn.tape.gz
on_terminal() {
    TERM=xterm python3 -c 'import pty, sys; pty.spawn(sys.argv[1:])' "$@" |
        tr -d '\r'
}
for when in always never auto; do
    echo "$when, no terminal"
    $TAPEDECK verify good.tape.gz torn.tape.gz --color $when 2>&1 || :
done
echo "terminal"
on_terminal $TAPEDECK verify good.tape.gz torn.tape.gz
export NO_COLOR=1
echo "terminal, NO_COLOR"
on_terminal $TAPEDECK verify good.tape.gz torn.tape.gz
echo "always, NO_COLOR"
TAPEDECK_COLOR=always $TAPEDECK verify good.tape.gz
printf 'contract: 1\nevents: {task_finish: {}, other: {}}\nrules:\n- {id: w, count: other, at_least: 1, level: warn}\n' > c.yaml
for i in 1 2 3; do echo '{"type":"task_finsh"}'; done > run.ndjson
$TAPEDECK validate --color always --contract c.yaml run.ndjson || echo "exit $?"
