# Events that a contract tells by more than a name on the wire: audit and
# coverage call a message what a check of it does.
shelf() {
    printf '%s: ' "$1"
    "$TAPEDECK" contract coverage "std:$1" "$SOURCE/fixtures/$2" | sed -n 's/;.*//; s/^events *//p'
    "$TAPEDECK" audit --contract "std:$1" "$SOURCE/fixtures/$2" | sed "s|$SOURCE/||g" |
        grep -e '^  renamed' -e '^  moved' -e '^  retyped' -e '^  two-types' || true
}
for name in anthropic-messages cloudevents dap github-webhooks jest lsp mcp openai-chat openai-responses systemd-journal tap; do
    shelf $name shelf/$name.tape.gz
done
shelf cdp tapes/chromium-devtools.tape.gz

echo "-- AsyncAPI: two messages that look alike, each on its channel, one way"
cat > rooms.yaml <<'EOF'
asyncapi: 3.0.0
info: {title: rooms, version: 1.0.0}
channels:
  news: {address: /news, messages: {flash: {payload: {$ref: '#/components/schemas/Text'}}}}
  room:
    address: /rooms/{room}
    parameters: {room: {enum: [red, blue]}}
    messages: {said: {payload: {$ref: '#/components/schemas/Text'}}}
  any: {messages: {ping: {payload: {type: object, required: [ping], properties: {ping: {oneOf: [{type: integer}, {type: string}]}}}}}}
operations:
  tell: {action: send, channel: {$ref: '#/channels/news'}}
components:
  schemas: {Text: {type: object, required: [text], properties: {text: {type: string}, from: {type: [string, "null"]}}}}
EOF
cat > talk.tape <<'EOF'
{"tape":1,"id":"0","start":"2026-01-01T00:00:00Z","clock":"monotonic","source":"ws://h/","recorder":"x"}
{"s":1,"t":0,"d":"out","c":1,"k":"open","json":{"url":"ws://h/rooms/red"}}
{"s":2,"t":1,"d":"out","c":1,"json":{"text":"hi","from":null}}
{"s":3,"t":2,"d":"out","c":1,"json":{"ping":1}}
{"s":4,"t":3,"d":"out","c":1,"json":{"text":"ho","from":"me"}}
{"end":{"how":"clean","events":4,"last":3,"lost":0}}
EOF
say() { echo "\$ $*"; "$TAPEDECK" "$@" 2>&1 || echo "exit $?"; }
say validate talk.tape --contract rooms.yaml
say audit talk.tape --contract rooms.yaml -v
say contract coverage rooms.yaml talk.tape -v
say contract coverage rooms.yaml talk.tape --json | grep -o '"channels.*'
sed 's|rooms/red|news|' talk.tape > news.tape
say contract coverage rooms.yaml news.tape | grep -e events -e channels
say contract coverage rooms.yaml talk.tape news.tape | grep -e events -e channels -e branches
echo "-- lines are nowhere: no channels"
echo '{"text":"hi"}' > lines.ndjson
say contract coverage rooms.yaml lines.ndjson
