# A verdict of a stream names the files it speaks of, and their hashes.
printf '{"type":"a"}\n' > run.ndjson
printf 'contract: 1\nrules:\n- {id: starts, first: a}\n' > c.yaml
says() {
    jq -r '.gates[0].inputs[] | "\(.format) \(.bytes) \(.state) \(.sha256)  \(.path)"' v.json |
        while read -r format bytes state sum; do
            echo "$format $bytes $state"
            printf '%s\n' "$sum" | sha256sum -c
        done
}
"$TAPEDECK" validate -q run.ndjson --contract c.yaml --report json=v.json
says
"$TAPEDECK" validate -q --contract c.yaml --report json=v.json < run.ndjson
says
# What the contract takes in belongs to it.
printf 'contract: 1\nimport: c.yaml\nasyncapi: a.yaml\n' > all.yaml
printf 'asyncapi: 3.0.0\ncomponents: {messages: {a: {}}}\n' > a.yaml
"$TAPEDECK" validate -q run.ndjson --contract all.yaml --report json=v.json
says
