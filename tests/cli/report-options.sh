# Where reports go, and what is wrong with a call.
v=$SOURCE/fixtures/verdicts/full.json
says() {
    "$TAPEDECK" report "$@" 2>&1 || echo "status $?"
}
"$TAPEDECK" report $v -F junit,tap -o tap=t.tap -o junit=j.xml -o badge=b.json
ls
"$TAPEDECK" report $v -F badge -o one.json
cmp b.json one.json
"$TAPEDECK" report - -F badge < $v
"$TAPEDECK" report $v -F badge,tap -o tap=t.tap
"$TAPEDECK" report --schema | head -c 2
echo
"$TAPEDECK" report $v --json | head -c 40
echo
says
says $v -F yaml
says $v -F junit,
says $v -F junit,tap -o x
says $v -o junit=
says $v -o tap=t -o x
says $v -o tap=t -o junit=t
says $v -F tap,junit -o tap=t -o junit=t
cp $v own.json
says own.json -o junit=own.json
says own.json -F tap -o ./own.json
cmp $v own.json
"$TAPEDECK" report $v -o tap=- -o badge=- | tail -2
says --schema $v
says missing.json
says .
printf '{"schema":"tapedeck/verdict","version":9}' > newer.json
says newer.json
head -c 2000 $v > half.json
says half.json
: > empty.json
says empty.json
gzip -c $v > v.json.gz
says v.json.gz
cp $SOURCE/fixtures/tapes/node-test.tape.gz run.tape.gz
says run.tape.gz
says $v -o no/such/dir
"$TAPEDECK" validate --report yaml=x /dev/null 2>&1 || echo "status $?"
"$TAPEDECK" validate --report junit /dev/null 2>&1 || echo "status $?"
"$TAPEDECK" validate --report junit=x --report tap=x /dev/null 2>&1 || echo "status $?"
