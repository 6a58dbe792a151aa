# A folder stands for the tapes in it.
mkdir -p runs/below runs/sub.tape empty
for i in 2 10 1; do printf '{"type":"end","size":%d}\n' $i > runs/r$i.ndjson; done
printf '{"type":"end","size_bytes":1}\n' | "$TAPEDECK" record - -q -o runs/r3.tape.gz
printf '{"type":"other"}\n' > runs/.hidden.ndjson
printf '{"type":"other"}\n' > runs/notes.txt
printf '{"type":"other"}\n' > runs/below/r1.ndjson
printf '{"type":"other"}\n' > runs/.tape
rmdir runs/sub.tape
mkfifo runs/waits.ndjson
"$TAPEDECK" audit runs 2>&1 | sed 's/recorded [^ ]* from/recorded T from/'
"$TAPEDECK" audit runs/ --json | grep -o '"path":"[^"]*"'
"$TAPEDECK" audit empty 2>&1 || echo "exit $?"
"$TAPEDECK" audit runs/r1.ndjson --against runs 2>&1 | head -n 1
"$TAPEDECK" audit none 2>&1 || echo "exit $?"
printf 'contract: 1\nevents: {end: {schema: {properties: {size: {}, size_bytes: {}}}}}\n' > c.yaml
"$TAPEDECK" contract coverage c.yaml runs 2>&1 | tail -n 1
"$TAPEDECK" contract coverage c.yaml empty 2>&1 || echo "exit $?"
mkdir runs/dir.tape
"$TAPEDECK" audit runs > out 2>&1 || echo "exit $?"
sed 's/recorded [^ ]* from/recorded T from/' out
