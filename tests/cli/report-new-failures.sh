# A test that failed before is no new failure; of a gate of which the verdict
# before has no test, nobody knows.
verdict() {
    printf '{"schema":"tapedeck/verdict","version":1,"verdict":"fail","exit":1,"run":{"at":"%s"},"gates":[{"name":"unit","kind":"tests","verdict":"fail"},{"name":"e2e","kind":"tests","verdict":"fail"}],"findings":[],"tests":[%s]}\n' "$1" "$2"
}
t() {
    printf '{"gate":"%s","key":"%s","result":"%s","new_failure":%s}' "$@"
}
verdict 2026-11-28T10:00:00Z "$(t unit old fail false),$(t unit crashed error false),$(t unit good pass false)" > before.json
verdict 2026-11-29T10:00:00Z "$(t unit old error true),$(t e2e other fail true),$(t unit crashed fail true),$(t unit good fail false),$(t unit more fail true),$(t unit fine pass false)" > now.json
new() {
    "$TAPEDECK" report "$@" --format json | grep -o '"key":"[^"]*","result":"[^"]*","ns":null,"new_failure":true' | cut -d, -f1,2
}
echo "with the one before, in any order"
new now.json before.json
echo "alone"
new now.json
