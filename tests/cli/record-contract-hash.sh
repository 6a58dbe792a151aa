# The header names the contract by all the files that were read for it.
mkdir -p schemas
printf '{"type": "object", "properties": {"n": {"$ref": "n.json"}}}\n' > schemas/a.json
printf '{"type": "integer"}\n' > schemas/n.json
printf 'contract: 1\nevents: {a: {}}\n' > one.yaml
printf 'contract: 1\nevents: {a: {schema: {$ref: schemas/a.json}}}\n' > many.yaml
printf 'contract: 1\nimport: [many.yaml, std:tap]\n' > over.yaml
printf 'asyncapi: 3.0.0\nchannels: {c: {messages: {a: {$ref: "messages.yaml#/a"}}}}\n' > api.yaml
printf 'a: {title: a}\n' > messages.yaml
hash() {
    printf '{"type":"a","n":1}\n' | "$TAPEDECK" record - -q --overwrite -o run.tape.gz "$@" 2>/dev/null || true
    zcat run.tape.gz | sed -n 's/.*"contract":"sha256:\([0-9a-f]*\)".*/\1/p'
}
same() {
    test "$1" = "$2" && echo "the same" || echo "not the same: $1 $2"
}
sum() {
    sha256sum "$@" | cut -c1-64
}
all() {
    { sum "$1"; shift; sum "$@" | sort -u; } | sha256sum | cut -c1-64
}
same "$(hash --contract one.yaml)" "$(sum one.yaml)"
same "$(hash --contract many.yaml)" "$(all many.yaml schemas/a.json schemas/n.json)"
same "$(hash --schema schemas/a.json)" "$(all schemas/a.json schemas/n.json)"
same "$(hash --schema schemas/n.json)" "$(sum schemas/n.json)"
same "$(hash --contract one.yaml --schema schemas/n.json)" "$(all one.yaml schemas/n.json)"
"$TAPEDECK" contract show std:tap > tap.yaml
same "$(hash --contract over.yaml)" "$(all over.yaml many.yaml schemas/a.json schemas/n.json tap.yaml)"
same "$(hash --contract api.yaml)" "$(all api.yaml messages.yaml)"
before=$(hash --contract many.yaml)
printf '{"type": "number"}\n' > schemas/n.json
test "$before" = "$(hash --contract many.yaml)" || echo "another one after a schema changed"
