# Files that are no verdict, each with the place.
row() {
    printf '%s' "$1" > v.json
    "$TAPEDECK" report v.json 2>&1 || echo "status $?"
}
# Of a verdict that is whole but for this.
part() {
    row "{\"schema\":\"tapedeck/verdict\",\"version\":1,\"verdict\":\"pass\",\"exit\":0,\"run\":{\"at\":\"2026-01-31T12:00:00Z\",\"ms\":1},$1}"
}
row '[]'
row '{}'
row '{"schema":"other"}'
row '{"schema":"tapedeck/verdict"}'
row '{"schema":"tapedeck/verdict","version":"1"}'
row '{"schema":"tapedeck/verdict","version":1,"verdict":"good"}'
row '{"schema":"tapedeck/verdict","version":1,"verdict":"pass"}'
row '{"schema":"tapedeck/verdict","version":1,"verdict":"pass","exit":0}'
row '{"schema":"tapedeck/verdict","version":1,"verdict":"pass","exit":0,"run":{"at":"noon"}}'
part '"gates":{}'
part '"gates":[5]'
part '"gates":[{"name":5}]'
part '"gates":[{"name":"g","kind":"x"}]'
part '"gates":[{"name":"g","kind":"tests","verdict":"pass","ms":-1}]'
part '"gates":[],"findings":[{"gate":"g","rule":"r","level":"awful"}]'
part '"gates":[],"coverage":[{"gate":"g","lines":[1]}]'
part '"gates":[],"coverage":[{"gate":"g","lines":["a",2]}]'
v=$SOURCE/fixtures/verdicts/full.json
set --
while [ $# -lt 101 ]; do set -- "$@" $v; done
"$TAPEDECK" report "$@" 2>&1 || echo "status $?"
