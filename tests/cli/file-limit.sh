# A file that may not grow further (ulimit -f, 512 bytes a block) is an error
# of the write: a line that says so, and a tape that can be recovered.
seq 200000 | awk '{print "{\"type\":\"a\",\"n\":" $1 * 7919 % 100003 "}"}' > in
(ulimit -f 64
 $TAPEDECK record - -q -o run.tape.gz < in || echo "exit $?"
 $TAPEDECK validate -q in > /dev/null || echo "exit $?")
$TAPEDECK recover -q run.tape.gz -o whole.tape.gz 2> /dev/null || echo "exit $?"
$TAPEDECK cat --no-header whole.tape.gz | head -2 | grep -c '"s":'
(ulimit -f 64; $TAPEDECK cat whole.tape.gz > text || echo "exit $?")
