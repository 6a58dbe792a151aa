# Names are told apart by kind and text, and those past 1024 are counted as one.
seq 3000 | awk '{print "{\"type\":\"name" ($1 % 1500) "\"}"}
END {print "{\"type\":\"name7\"}"; print "{\"type\":\"open\"}"}' |
    $TAPEDECK record - -q -o run.tape.gz
$TAPEDECK info --json run.tape.gz > info.json
jq -c '[(.names | length), ([.names[].events] | add), .events]' info.json
jq -c '.names[] | select(.name == "name7" or .name == "..." or .kind)
    | [.kind, .name, .events]' info.json
