# validate writes the verdict of all its inputs, also of one it cannot read.
cat > c.yaml <<'END'
contract: 1
rules:
- {id: starts, first: a}
- {id: ends, last: z}
END
printf '{"type":"a"}\n{"type":"z"}\n' > good.ndjson
printf '{"type":"b"}\n{"type":"z"}\n' > bad.ndjson
"$TAPEDECK" validate -q --contract c.yaml good.ndjson --report json=v.json --report badge=-
"$TAPEDECK" report v.json | sed -e 's/^20[^,]*, [^,]*/TIME/' -e 's/stream, .*/stream/'
"$TAPEDECK" validate -q --contract c.yaml good.ndjson bad.ndjson none.ndjson \
    --report json=v.json --report tap=- 2>&1 || echo "status $?"
"$TAPEDECK" report v.json | sed -e 's/^20[^,]*, [^,]*/TIME/' -e 's/stream, .*/stream/'
"$TAPEDECK" validate -q --contract c.yaml good.ndjson --report json=/no/dir/v 2>&1 || echo "status $?"
"$TAPEDECK" validate -q --contract c.yaml bad.ndjson --report json=/no/dir/v 2>&1 || echo "status $?"
"$TAPEDECK" validate -q good.ndjson --schema $SOURCE/fixtures/schemas/verdict.json \
    --report github=- 2>&1 || echo "status $?"
