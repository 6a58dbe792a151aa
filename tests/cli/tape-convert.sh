cat > run.ndjson <<'END'
{"tape":1,"id":"x","start":"2026-01-31T12:00:00.000000000Z","clock":"monotonic","source":"ws://example.test/"}
{"s":1,"t":0,"d":"in","c":1,"k":"open","json":{"url":"ws://example.test/"}}
{"s":2,"t":1000000000,"d":"out","c":1,"ns":"/a","id":7,"ev":"a,b","att":["AAE="],"json":["a,b",1.10,12345678901234567890,-0,1e999]}
{"s":3,"t":2000000000,"d":"in","c":1,"id":"x\"y","ev":"tick","text":"=not \"json\"\r\nof two lines"}
{"s":4,"t":3000000000,"d":"in","c":2,"ack":7,"cut":9,"b64":"/w=="}
{"s":5,"t":3000000000,"d":"in","c":2,"json":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}
{"end":{"how":"clean","events":5,"last":3000000000,"lost":0,"text":0}}
END
$TAPEDECK reindex -q run.ndjson -o run.tape.gz
$TAPEDECK convert run.tape.gz -o run.csv 2>&1
tr -d '\r' < run.csv
$TAPEDECK convert run.tape.gz --to otel -o - 2>&1 | sed 's/tapedeck [0-9.]*/VERSION/'
$TAPEDECK convert --json run.tape.gz -o run.otlp.jsonl
$TAPEDECK convert run.tape.gz --event tick -o run.mcap 2>&1
head -c 5 run.mcap | tail -c 4; echo; tail -c 7 run.mcap | head -c 5; echo
for try in '' '-o run.csv' '-o run.foo' '-o run.tape.gz --to csv --overwrite' '-o no/such/run.csv' '--to pdf -o x' '--contract no.yaml -o x.csv' '--contract no.yaml -o x.cast' '--contract no.yaml -o x.html' '--event none -o none.csv'; do
    st=0; $TAPEDECK convert run.tape.gz $try 2>&1 || st=$?
    echo "status $st"
done
tr -d '\r' < none.csv
cat > rule.yaml <<'END'
contract: 1
events: {tick: {}}
rules:
  - {id: never-tick, absent: tick}
END
$TAPEDECK convert run.tape.gz --contract rule.yaml -o demo.html 2>&1
grep -c '<script type="application/octet-stream" id="d-part0">' demo.html
head -c 300 run.tape.gz > torn.tape.gz
st=0; $TAPEDECK convert torn.tape.gz -o torn.csv 2>&1 || st=$?
echo "status $st"
st=0; $TAPEDECK convert torn.tape.gz -o torn.html 2>&1 || st=$?
echo "status $st"
grep -o 'class="o warn">[^<]*' torn.html
ls
