# Of a name that stands twice the last counts, as for who reads JSON; two that
# differ are a finding.
printf 'contract: 1\nevents: {a: {}, b: {}}\nrules: [{id: b, count: b, exactly: 2}]\n' > c.yaml
printf '{"type":"a","type":"b"}\n{"type":"b","n":1,"type":"b"}\n' > run.ndjson
printf 'contract: 1\nevents: {a: {}, b: {}}\n' > d.yaml
for c in c d; do
    $TAPEDECK validate --jobs 1 --contract $c.yaml run.ndjson > 1.txt || echo "exit $?"
    $TAPEDECK validate --jobs 4 --contract $c.yaml run.ndjson | cmp - 1.txt
    cat 1.txt
done
