# What others have captured: event streams, JSON text sequences, messages with
# headers.
check() { echo "-- $1"; shift; "$TAPEDECK" validate "$@" 2>&1 || echo "exit $?"; }
chat() {
    printf ': ok\n\nevent: x\nid: 1\ndata: {"id":"1","object":"chat.completion.chunk",\ndata: "created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"hi"},"finish_reason":null}]}\n\n'
    printf 'data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"%s"}]}\r\n\r\n' "$1"
    printf 'retry: 10\n\ndata: [DONE]\n\n'
}
chat stop > chat.sse
check "an event stream" chat.sse --format sse --contract std:openai-chat
chat no | check "from a pipe, with a finding" - --format sse --contract std:openai-chat
chat stop | gzip > chat.sse.gz
check "compressed" chat.sse.gz --format sse --contract std:openai-chat
chat stop | head -c 300 | check "cut off" -f --format sse --contract std:openai-chat
printf 'event: tick\ndata: {"n":1}\n\nevent: tick\ndata: {"n":"x"}\n\nevent: "q"\ndata: {}\n\n' > named.sse
printf 'contract: 1\nevents: {tick: {schema: {properties: {n: {type: integer}}}}}\n' > c.yaml
check "names of the transport" named.sse --format sse --contract c.yaml
printf 'contract: 1\nevents: {a: {schema: {properties: {n: {type: integer}}}}}\n' > a.yaml
printf '\036{"type":"a",\n"n":1}\n\036{"type":"a","n":"x"}\n\036{"type":"a"}' > seq
check "records" seq --format json-seq --contract a.yaml
printf '{"type":"a"}\n' > lines
printf '\036123\0364.5e1\n\036"a"\036[]\036 null \036\036tru' > bare
check "numbers and names may be cut (RFC 7464, 2.4)" bare --format json-seq
check "no records" lines --format json-seq --contract a.yaml
say() { printf 'Content-Length: %d\r\n\r\n%s' "${#1}" "$1"; }
{ say '{"type":"a","n":1}'; say '{"type":"a",
"n":"x"}'; say '{"type":"a","n":2}'; } > framed
check "headers" framed --format headers --contract a.yaml
head -c 100 framed | check "cut off" --format headers --contract a.yaml
printf 'Content-Length: 8\r\n\r\n{"n":1}' > short
check "one byte too few" short --format headers
check "no headers" lines --format headers --contract a.yaml
check "not these" lines --format sse --contract a.yaml
check "no such format" lines --format xml --contract a.yaml
printf '{"type":"a"}\n' | "$TAPEDECK" record - -q -o run.tape.gz
check "a tape" run.tape.gz --format sse --contract a.yaml
check "output" seq --format json-seq --schema a.json --output flag
: > empty
check "nothing" empty --format sse
check "fail fast" framed --format headers --contract a.yaml --fail-fast --summary
check "threads" chat.sse --format sse --jobs 2 --json
