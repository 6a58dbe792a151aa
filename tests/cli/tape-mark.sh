# A marker is put in where it belongs, and the rest of the tape stays as it was.
cat > run.ndjson <<'LINES'
{"tape":1,"id":"x","start":"2026-01-31T12:00:00.000000000Z"}
{"s":1,"t":5,"d":"in","c":1,"json":{"a":1.10}}
{"s":2,"t":2000000000,"d":"in","c":1,"ev":"b","new":[{}],"text":"b"}
{"s":4,"t":3000000000,"d":"out","c":1,"ev":"c","json":3}
{"end":{"how":"signal","events":3,"last":3000000000,"lost":1,"why":"so"}}
{"tape":1,"id":"y","start":"2026-01-31T12:01:00.000000000Z"}
{"s":1,"t":7,"d":"in","c":1,"json":4}
{"end":{"how":"clean","events":1,"last":7,"lost":0}}
LINES
lossy() { "$@" 2> said || test $? = 3; grep -v 'tape is damaged' said || true; }
mark() { lossy $TAPEDECK mark run.tape.gz "$@"; }
lossy $TAPEDECK reindex -q run.ndjson -o run.tape.gz
chmod 640 run.tape.gz
mark 'deploy "begins" ü' --at +1s
mark before --at seq:4
mark 'of that time' --at 2026-01-31T12:00:02Z
mark 'the second part' --at +1m
mark again --at 'marker:before'
mark last --at 100%
stat -c %a run.tape.gz
lossy $TAPEDECK cat run.tape.gz
lossy $TAPEDECK verify run.tape.gz
lossy $TAPEDECK cat run.tape.gz --start 'marker:deploy "begins" ü' --end seq:4
# With -o, as JSON, through a pipe, and to one.
lossy $TAPEDECK mark --json run.tape.gz x --at 50% -o fresh.tape.gz --overwrite
lossy $TAPEDECK cat run.tape.gz | $TAPEDECK mark - piped --at +2s -o - \
  2> /dev/null | $TAPEDECK cat - 2> /dev/null | grep -c piped
# What cannot be leaves the tape as it was.
sum=$(sha256sum < run.tape.gz)
fail() { $TAPEDECK mark "$@" || echo $?; }
fail run.tape.gz late --at +2m
fail run.tape.gz early --at 2026-01-31T11:00:00Z
fail run.tape.gz there --at marker:nowhere
fail run.tape.gz '' --at +1s
fail run.tape.gz 'two
lines' --at +1s
fail run.tape.gz nowhere
fail run.tape.gz soon --at 10s
fail run.tape.gz --at +1s
fail none.tape.gz none --at +1s
fail run.tape.gz x --at +1s -o fresh.tape.gz
test "$sum" = "$(sha256sum < run.tape.gz)" && ls
