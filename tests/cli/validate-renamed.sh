# An event that was renamed is told once, with what it may have been.
printf 'contract: 1\nevents: {task_finish: {}}\n' > c.yaml
for i in 1 2 3 4 5 6 7 8 9; do echo '{"type":"task_finsh"}'; done > run.ndjson
echo '{"type":"other"}' >> run.ndjson
$TAPEDECK validate --contract c.yaml run.ndjson || echo "exit $?"
$TAPEDECK validate --max-findings 0 --contract c.yaml run.ndjson || echo "exit $?"
