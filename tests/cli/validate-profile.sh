# A profile that no rule has is refused; --strict fails what only warns.
printf 'contract: 1\nrules:\n- {id: r, profile: full, first: b}\n- {id: w, level: warn, last: b}\n' > c.yaml
printf '{"type":"a"}\n' > run.ndjson
"$TAPEDECK" validate --contract c.yaml run.ndjson
"$TAPEDECK" validate --contract c.yaml --profile full run.ndjson || echo "exit $?"
"$TAPEDECK" validate --contract c.yaml --strict run.ndjson > /dev/null || echo "exit $?"
"$TAPEDECK" validate --contract c.yaml --profile ful run.ndjson || echo "exit $?"
"$TAPEDECK" validate --profile full run.ndjson || echo "exit $?"
"$TAPEDECK" validate --dialect seed run.ndjson || echo "exit $?"
