cat > run.ndjson <<'END'
{"tape":1,"id":"x","start":"2026-01-31T12:00:00.000000000Z","clock":"monotonic","source":"tcp://host/sk-abc","meta":{"password":"p","user":"eve"}}
{"s":1,"t":0,"d":"in","c":1,"k":"open","json":{"url":"ws://example.test/","headers":{"cookie":"session=1"}}}
{"s":2,"t":1000000000,"d":"out","c":1,"ev":"login","json":{"type":"login","password":"hunter2","n":1.10}}
{"s":3,"t":2000000000,"d":"out","c":1,"ev":"call","json":{"type":"call","header":"Bearer sk-abc"}}
{"s":4,"t":3000000000,"d":"in","c":1,"text":"{\"password\":\"hun"}
{"s":5,"t":4000000000,"d":"in","c":1,"b64":"eyJwYXNzd29yZCI6Imh1bnRlcjIifQ=="}
{"end":{"how":"clean","events":5,"last":4000000000,"lost":0,"text":0}}
END
cat > rules <<'END'
key password
regex sk-[A-Za-z0-9]+
END
line() { zcat $1 | sed -n 1p | sed -e 's/"id":"[^"]*"/"id":ID/' -e 's/tapedeck [0-9.]*/VERSION/'; }
$TAPEDECK reindex -q run.ndjson -o run.tape.gz
$TAPEDECK redact run.tape.gz --rules rules -o safe.tape.gz 2>&1
line safe.tape.gz
$TAPEDECK cat --no-header safe.tape.gz
$TAPEDECK verify -q safe.tape.gz && zcat safe.tape.gz | grep -c -e hunter2 -e sk-abc -e session=1 || true
echo 'key n' > more
$TAPEDECK redact --json safe.tape.gz --rules more -o safer.tape.gz
line safer.tape.gz
# Without rules: what record never writes.
$TAPEDECK redact -q run.tape.gz -o - | zcat | sed -n 2p
# Mistakes leave nothing behind.
for try in 'run.tape.gz' 'run.tape.gz -o run.tape.gz --overwrite' 'run.tape.gz --rules none -o x.tape.gz' \
    'none.tape.gz --rules rules -o x.tape.gz' 'run.tape.gz --rules wrong -o x.tape.gz' 'run.tape.gz --redact rules -o x.tape.gz'; do
    echo 'kee password' > wrong
    st=0; $TAPEDECK redact $try 2>&1 || st=$?
    echo "status $st"
done
test ! -e x.tape.gz
