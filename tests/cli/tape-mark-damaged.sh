# A copy of what can be read does not take the place of a damaged tape.
{
    echo '{"tape":1,"id":"x","start":"2026-01-31T12:00:00.000000000Z"}'
    seq 20000 | sed 's/.*/{"s":&,"t":&,"d":"in","c":1,"json":&}/'
    echo '{"end":{"how":"clean","events":20000,"last":20000,"lost":0}}'
} | $TAPEDECK reindex -q - -o whole.tape.gz
size=$(stat -c %s whole.tape.gz)
head -c $((size / 2)) whole.tape.gz > torn.tape.gz
{ head -c 1000 whole.tape.gz; printf 'damage'; tail -c +1007 whole.tape.gz; } \
  > bad.tape.gz
ln -s bad.tape.gz link.tape.gz
kept() {
    sum=$(sha256sum < "$1")
    shift
    $TAPEDECK "$@" 2> said || echo $?
    sed 's/byte [0-9]*/byte N/' said
    test "$sum" = "$(sha256sum < torn.tape.gz)" ||
        test "$sum" = "$(sha256sum < bad.tape.gz)" || echo changed
}
kept torn.tape.gz mark torn.tape.gz here --at seq:1
kept bad.tape.gz mark bad.tape.gz here --at seq:20000
kept bad.tape.gz mark link.tape.gz here --at seq:20000
kept bad.tape.gz mark bad.tape.gz here --at seq:20000 -o link.tape.gz --overwrite
kept torn.tape.gz squeeze torn.tape.gz
kept torn.tape.gz reindex torn.tape.gz
ls
# Elsewhere it may be, and a tape that was recovered is whole.
$TAPEDECK mark -q torn.tape.gz here --at seq:1 -o fresh.tape.gz || echo $?
$TAPEDECK recover -q torn.tape.gz || echo $?
$TAPEDECK mark -q torn.tape.gz here --at seq:1
$TAPEDECK verify -q torn.tape.gz > said || echo $?
# Text becomes gzip, which is said.
zcat whole.tape.gz > run.ndjson 2> /dev/null || true
$TAPEDECK mark run.ndjson here --at seq:1 2>&1
zcat run.ndjson | grep -c marker
