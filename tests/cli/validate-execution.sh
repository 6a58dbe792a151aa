# What a person reads about executions that contradict themselves: the example of
# the page that the project was made from, a wave that
# never changes, a summary that does not add up.
cp "$SOURCE/fixtures/contracts/execution.contract.yaml" "$SOURCE"/fixtures/execution/bad/* .
judge() { "$TAPEDECK" validate --contract execution.contract.yaml "$@" | sed '/^  vacuous/d; /^  skipped/d' || true; }
judge --dialect seed C01.ndjson.gz
judge --dialect seed C01-page.ndjson
judge --dialect seed --profile claude-opus-4 C07.ndjson.gz
judge M13.ndjson
judge R18.ndjson
judge R43.ndjson
