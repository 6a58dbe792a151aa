# The contracts that are built in: taken by name everywhere, found by a slip of
# the name, replaced by a file of the user.
"$TAPEDECK" contract list | grep -v ^std:execution | grep -vc '^std:.* events* .* rules*  *[a-zA-Z].*recorded' || true
"$TAPEDECK" contract list --json | head -n 1 | sed 's/"note".*//'
"$TAPEDECK" contract show std:ag-ui | head -n 1
"$TAPEDECK" contract show std:execution > shown.yaml
cmp shown.yaml "$SOURCE/fixtures/contracts/execution.contract.yaml" && echo same

printf '%s\n' '{"type":"RUN_STARTED","threadId":"t","runId":"r"}' \
    '{"type":"RUN_FINISHED","threadId":"t","runId":"r"}' > run.ndjson
"$TAPEDECK" validate --contract std:ag-ui run.ndjson --quiet && echo "status 0" || echo "status $?"
"$TAPEDECK" validate --contract std:ag-ui run.ndjson --report json=v.json --quiet
"$TAPEDECK" contract show std:ag-ui | sha256sum | cut -d' ' -f1 > sum
grep -c -F -f sum v.json

echo '--- no such contract'
"$TAPEDECK" validate --contract std:agui run.ndjson || echo "status $?"
"$TAPEDECK" validate --contract std: run.ndjson || echo "status $?"
"$TAPEDECK" contract lint std:execution_ || echo "status $?"
"$TAPEDECK" contract show std:../x || echo "status $?"

echo '--- one of the user'
mkdir -p config/tapedeck/contracts
printf 'contract: 1\nnote: ours\nunknown: ignore\nrules:\n- {id: never, absent: RUN_FINISHED}\n' \
    > config/tapedeck/contracts/ag-ui.contract.yaml
export XDG_CONFIG_HOME="$PWD/config"
"$TAPEDECK" contract list | grep ag-ui | sed "s|$PWD|DIR|"
"$TAPEDECK" validate --contract std:ag-ui run.ndjson --quiet && echo "status 0" || echo "status $?"
printf 'contract: 1\nrules:\n- {id: x}\n' > config/tapedeck/contracts/ag-ui.contract.yaml
"$TAPEDECK" validate --contract std:ag-ui run.ndjson 2>&1 | sed "s|$PWD|DIR|"
