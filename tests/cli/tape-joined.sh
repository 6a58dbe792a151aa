# Tapes that were put behind each other keep their own starts, and a place is
# the same to cat, cut and replay.
segment() { # FILE START EVENT:NANOSECONDS...
  file=$1; start=$2; shift 2; n=0
  echo "{\"tape\":1,\"id\":\"$file\",\"start\":\"2026-01-31T12:00:$start.000000000Z\"}"
  for event; do
    n=$((n + 1))
    echo "{\"s\":$n,\"t\":${event#*:},\"d\":\"out\",\"c\":1,\"ev\":\"${event%:*}\",\"json\":\"${event%:*}\"}"
  done
  echo "{\"end\":{\"how\":\"clean\",\"events\":$n,\"last\":${event#*:},\"lost\":0}}"
}
segment one 00 a:0 b:1000000000 c:2000000000 > one.ndjson
segment two 10 d:0 e:1000000000 f:2000000000 g:3000000000 > two.ndjson
cat one.ndjson two.ndjson | $TAPEDECK reindex -q - -o forth.tape.gz
cat two.ndjson one.ndjson | $TAPEDECK reindex -q - -o back.tape.gz
zcat forth.tape.gz > forth.ndjson
names() { sed -n 's/.*"ev":"\(.\)".*/\1/p' | tr -d '\n'; echo; }
part() { # TAPE PLACES...
  echo "$@"
  tape=$1; shift
  $TAPEDECK cat "$tape" "$@" | names
  $TAPEDECK cat - "$@" < "$tape" | names
  $TAPEDECK replay -q --speed max "$tape" "$@" - | tr -d '"\n'; echo
  $TAPEDECK cut -q "$tape" "$@" -o - | zcat | names
}
part forth.tape.gz --start 2026-01-31T12:00:02Z --end 2026-01-31T12:00:11Z
part back.tape.gz --start 2026-01-31T12:00:02Z --end 2026-01-31T12:00:11Z
part forth.ndjson --end 2026-01-31T12:00:01Z
part back.tape.gz --end 2026-01-31T12:00:01Z
part forth.tape.gz --start +2s --end +11s
part forth.tape.gz --start +12s
part forth.tape.gz --start 50%
part forth.ndjson --start 50%
part forth.tape.gz --start seq:2 --end seq:3
part forth.tape.gz --start seq:4
echo "--seq 3"
$TAPEDECK cat --seq 3 forth.tape.gz | names
echo "cut and merge keep the wall clock"
$TAPEDECK cut -q forth.tape.gz -o - | zcat | grep -o '^{"s.*"d"'
segment three 05 x:0 > three.ndjson
$TAPEDECK merge -q forth.tape.gz three.ndjson -o - | zcat | names
