# A status that is not 0 has its line, also with --quiet; and a tape that another
# program has written with white space says how to mend that.
cat > spaced.ndjson <<'END'
{"tape":1,"id":"a","start":"2026-01-31T12:00:00.000000000Z"}
{"s": 1, "t": 0, "d": "out", "c": 1, "json": 1}
{"s": 2, "t": 0, "d": "out", "c": 1, "json": 2}
{"end": {"how": "clean", "events": 2, "last": 0, "lost": 0}}
END
lossy() { "$@" 2>&1 || echo "exit $?"; }
lossy $TAPEDECK replay -q --speed max spaced.ndjson -
lossy $TAPEDECK cat -q --no-header spaced.ndjson
lossy $TAPEDECK reindex -q spaced.ndjson -o mended.tape.gz
jq -c . spaced.ndjson | $TAPEDECK cat --no-header -
