# A reader that has enough ends it, and there is nothing to tell.
seq 200000 | $TAPEDECK record -q - -o run.tape.gz
for to in csv otel mcap html; do
    { $TAPEDECK convert run.tape.gz --to $to -o - 2> said || echo $? > status; } |
        head -c 10 > /dev/null
    cat status said
done
