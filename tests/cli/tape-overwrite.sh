# What --overwrite replaces is there until what replaces it is complete.
{
    echo '{"tape":1,"id":"x","start":"2026-01-31T12:00:00.000000000Z"}'
    seq 1 20000 | awk '{ printf "{\"s\":%d,\"t\":%d,\"d\":\"in\",\"c\":1,\"json\":%d}\n", $1, $1 * 1000, $1 * 7919 % 100003 }'
    echo '{"end":{"how":"clean","events":20000,"last":20000000,"lost":0}}'
} | $TAPEDECK reindex -q - -o run.tape.gz
echo old > real.tape.gz
chmod 640 real.tape.gz
ln -s real.tape.gz old.tape.gz
for verb in 'redact run.tape.gz' 'cut run.tape.gz --end seq:19999' \
    'merge run.tape.gz run.tape.gz'; do
    (ulimit -f 16; $TAPEDECK $verb -o old.tape.gz --overwrite || echo $?)
    cat old.tape.gz
done
# Ended in the middle: the input does not end before.
mkfifo pipe
$TAPEDECK redact - -o old.tape.gz --overwrite < pipe 2> /dev/null &
pid=$!
exec 3> pipe
zcat run.tape.gz | head -n 20000 >&3
while [ ! -s real.tape.gz.part ]; do :; done
kill $pid
wait $pid || echo $?
exec 3>&-
cat old.tape.gz
rm -f real.tape.gz.part
# Replaced, it keeps its permissions, and the link that leads to it.
$TAPEDECK cut run.tape.gz -o old.tape.gz --overwrite --end seq:10
stat -c '%F %a' old.tape.gz real.tape.gz
$TAPEDECK verify -q old.tape.gz
# A HAR that is read may fail late, too.
echo old > har.tape.gz
echo '{"log":{"entries":[]}} x' > late.har
$TAPEDECK convert late.har -o har.tape.gz --overwrite 2> /dev/null || echo $?
cat har.tape.gz
ls
