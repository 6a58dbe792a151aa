# The same programs with SDKs of different years: what has changed, and whether who
# was written for the older one takes the newer stream (fixtures/make/years).
cd "$SOURCE/fixtures/years" || exit 1
work=$OLDPWD
try() { echo "\$ $*"; "$TAPEDECK" "$@" 2>&1 || echo "exit $?"; }
try audit ag-ui-1.tape.gz --against ag-ui-0.tape.gz | cut -c 1-150
try audit mcp-2026.tape.gz --against mcp-2025.tape.gz | cut -c 1-150
echo "the older client's own word, and that of a contract learned of the older stream"
"$TAPEDECK" learn ag-ui-0.tape.gz -o "$work/old.yaml" --loose
"$TAPEDECK" validate ag-ui-1.tape.gz --contract "$work/old.yaml" --json > "$work/seen.json" 2> "$work/err" || true
"$TAPEDECK" audit ag-ui-1.tape.gz --against ag-ui-0.tape.gz --json > "$work/audit.json"
python3 - "$work" <<'EOF'
import json
import sys

folder = sys.argv[1]
refused = {event["type"] for event in map(json.loads, open("ag-ui.accepts.ndjson", encoding="utf-8"))
           if not event["accepted"]}
told = {remark["event"] for remark in json.load(open(folder + "/audit.json", encoding="utf-8"))["remarks"]
        if remark["kind"] == "added" and not remark.get("path")}
print("the client refuses", *sorted(refused))
print("audit says further ones:", *sorted(told - refused), "and misses:", *sorted(refused - told))
verdict = json.load(open(folder + "/seen.json", encoding="utf-8"))
unknown = {json.loads(finding["found"]) for finding in verdict["findings"]}
print("the contract refuses others:", *sorted(unknown - refused), "and misses:", *sorted(refused - unknown))
EOF
