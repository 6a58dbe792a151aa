# A tape that was put behind itself is no tape of two recordings: every verb says
# so, and `recover` keeps one of each. The id alone may come again, with another
# start, as in the journal of an execution that was resumed.
tape() { # START
    echo "{\"tape\":1,\"id\":\"t\",\"start\":\"2026-01-31T12:00:$1.000000000Z\"}"
    echo '{"s":1,"t":0,"d":"out","c":1,"ev":"a","json":{"type":"a"}}'
    echo '{"end":{"how":"clean","events":1,"last":0,"lost":0}}'
}
tape 00 | $TAPEDECK reindex -q - -o a.tape.gz
tape 05 | $TAPEDECK reindex -q - -o b.tape.gz
cat a.tape.gz a.tape.gz > twice.tape.gz
zcat a.tape.gz a.tape.gz > twice.tape
cat a.tape.gz b.tape.gz a.tape.gz a.tape.gz > more.tape.gz
cat a.tape.gz b.tape.gz > resumed.tape.gz
for name in twice.tape.gz twice.tape more.tape.gz resumed.tape.gz; do
    for verb in cat info verify validate "replay -" "recover -o whole.tape.gz --overwrite"; do
        status=0
        $TAPEDECK ${verb%% *} $name ${verb#"${verb%% *}"} > out 2> err || status=$?
        echo "${verb%% *} $name: exit $status"
        grep -aho 'expected each.*\|[0-9]* repeated rec.*' out err | sort -u
    done
    $TAPEDECK cat whole.tape.gz 2> err | grep -c '^{"s"'
done
cat twice.tape.gz | $TAPEDECK recover - -o whole.tape.gz --overwrite 2>&1 || echo "exit $?"
