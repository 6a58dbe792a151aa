# What is wrong with a tape, by every verb that reads one, with events or without.
printf '{"tape":1,"id":"x"}\n{"s": 1,"t":1,"d":"in","c":1,"json":1}\n' > spaced.ndjson
i=0
while [ $i -lt 400 ]; do
    i=$((i + 1))
    echo "{\"type\":\"a\",\"n\":$i}"
done > in.ndjson
"$TAPEDECK" record - -o whole.tape.gz -q < in.ndjson > /dev/null
head -c 1500 whole.tape.gz > torn.tape.gz
printf 'contract: 1\nevents: {}\n' > k.contract.yaml
say() {
    status=0
    "$TAPEDECK" "$@" 2>&1 < /dev/null | grep -o '[a-z]*\.[a-z.]*: .*torn.*' |
        sed 's,byte [0-9]*,byte N,' > said || true
    grep . said ||
        echo "$* says nothing"
    "$TAPEDECK" "$@" > /dev/null 2>&1 < /dev/null || status=$?
    echo "$1 exit $status"
}
for tape in spaced.ndjson torn.tape.gz; do
    say cat --quiet $tape
    say info $tape
    say verify $tape
    say cut $tape -o cut.tape.gz --overwrite
    say merge whole.tape.gz $tape -o merged.tape.gz --overwrite
    say convert $tape --to csv -o a.csv --overwrite
    say replay $tape - --speed max
    say diff whole.tape.gz $tape
    say diff $tape $tape
    say audit $tape
    say learn $tape
    say learn --evaluate $tape $tape
    say contract coverage k.contract.yaml $tape
    say console $tape
done
