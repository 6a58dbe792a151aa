# A part of a tape that comes through a pipe: the same as of the file.
seq 9 | sed 's/.*/{"event":"e&"}/' | $TAPEDECK record - -q -o run.tape.gz
start=$($TAPEDECK info --json run.tape.gz | jq -r .start)
same() {
    "$TAPEDECK" "$@" run.tape.gz > file.out
    $TAPEDECK cat run.tape.gz | "$TAPEDECK" "$@" - > text.out
    cat run.tape.gz | "$TAPEDECK" "$@" - > tape.out
    cmp file.out text.out && cmp file.out tape.out &&
        echo "$*: $(grep -c '"s":' file.out)" | sed "s/$start/START/"
}
same cat --no-header --start seq:3 --end seq:5
same cat --no-header --start +0s
same cat --no-header --start +1h
same cat --no-header --seq 4
same cat --no-header --end 100%
same cat --no-header --start "$start" --end +1h
for place in seq:8 +0ns 0% "$start"; do
    cat run.tape.gz | $TAPEDECK cut -q -o - --start "$place" - |
        $TAPEDECK cat --no-header - | wc -l
    cat run.tape.gz |
        $TAPEDECK replay -q --speed max --start "$place" - - | wc -l
done
cat run.tape.gz | $TAPEDECK replay -q --speed max --loop=2 - - | wc -l
cat run.tape.gz | TMPDIR=/nowhere $TAPEDECK cat --start 50% - || echo "exit $?"

# Zeroes behind the end, which padding tools leave there, are passed over; with
# something behind them they are damage.
{ cat run.tape.gz; head -c 300000 /dev/zero; } > padded.tape.gz
{ cat padded.tape.gz; echo x; } > damaged.tape.gz
for name in padded damaged; do
    for input in "$name.tape.gz" -; do
        status=0
        $TAPEDECK cat --no-header $input < $name.tape.gz 2> err | wc -l || status=$?
        sed "s/.*byte [0-9]*/byte N/" err
    done
done
