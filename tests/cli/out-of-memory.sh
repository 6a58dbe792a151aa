# Memory that is not there (ulimit -v) ends a verb by SIGABRT, with a line.
# A sanitizer needs more address space than that before it begins.
if ! (ulimit -v 60000; $TAPEDECK --version) > /dev/null 2>&1; then
    printf 'out of memory\nexit 134\n'
    exit
fi
head -c 100000000 /dev/zero | tr '\0' 'a' > in
(ulimit -v 60000
 ulimit -c 0
 $TAPEDECK record - -q -o run.tape.gz < in || echo "exit $?") > out 2> err
grep -o 'out of memory' err
cat out
