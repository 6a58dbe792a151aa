# A name is one name however it is escaped: in the end line, which says as much
# as the events do, and in what is counted of a tape.
printf '%s\n' '{"type":"a"}' '{"type":"\u0061"}' '{"type":"x\/y"}' \
    '{"type":"x/y"}' | $TAPEDECK record - -q -o run.tape.gz
zcat run.tape.gz | tail -1 | jq -c .end.names
$TAPEDECK info --json run.tape.gz | jq -c '.names[] | [.name, .events]'
$TAPEDECK replay --dry-run --json run.tape.gz | jq -c .names
$TAPEDECK verify -q run.tape.gz && echo verified

# And one that gives each spelling apart says the same.
zcat run.tape.gz | sed 's/"names":{"a":2/"names":{"a":1,"\\u0061":1/' |
    gzip > apart.tape.gz
zcat apart.tape.gz | tail -1 | grep -c u0061
$TAPEDECK verify -q apart.tape.gz && echo verified
