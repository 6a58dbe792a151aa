# Headers of AsyncAPI's messages, where what was recorded has them.
say() { echo "\$ $*"; "$TAPEDECK" "$@" 2>&1 || echo "exit $?"; }
cat > bus.yaml <<'EOF'
asyncapi: 3.0.0
info: {title: bus, version: 1.0.0}
channels:
  q:
    messages:
      ask:
        traits: [{headers: {type: object, required: [id], properties: {id: {type: string}}}}]
        correlationId: {location: '$message.header#/id'}
        payload: {type: object, required: [a]}
        examples: [{payload: {a: 1}}]
      "not found":
        headers: {type: object, required: [id]}
        correlationId: {location: '$message.header#/id'}
        payload: {type: object, required: [b]}
      note: {payload: {type: object, required: [c]}}
operations:
  answer:
    action: receive
    channel: {$ref: '#/channels/q'}
    messages: [{$ref: '#/channels/q/messages/ask'}]
    reply: {channel: {$ref: '#/channels/q'}, messages: [{$ref: '#/channels/q/messages/not found'}]}
x-tapedeck: {stream: {headers: /headers, data: /payload}}
EOF
cat > bus.ndjson <<'EOF'
{"headers":{"id":"1"},"payload":{"a":1}}
{"headers":{"id":"2"},"payload":{"a":1}}
{"headers":{"id":"2"},"payload":{"b":1}}
{"headers":{"id":3},"payload":{"a":1}}
{"payload":{"c":1}}
{"payload":{"a":1}}
EOF
say validate bus.ndjson --contract bus.yaml
say contract explain bus.yaml | sed -n '/^rules:/,/^rules of/p'
say contract test bus.yaml
echo "-- nothing says where they are: the next one is the reply"
sed '/x-tapedeck/s/headers: .headers, //' bus.yaml > plain.yaml
say validate bus.ndjson --contract plain.yaml
echo "-- a contract of our own may read them, too"
cat > own.yaml <<'EOF'
contract: 1
import: bus.yaml
rules:
- {id: once, by: /headers/id, count: ask, at_most: 1}
EOF
printf '%s\n' '{"headers":{"id":"1"},"payload":{"a":1}}' '{"headers":{"id":"1"},"payload":{"b":1}}' '{"headers":{"id":"1"},"payload":{"a":1}}' '{"headers":{"id":"1"},"payload":{"b":1}}' > twice.ndjson
say validate twice.ndjson --contract own.yaml
echo "-- what is wrong"
sed 's|/headers/id|$.headers.id|' own.yaml > wrong.yaml
say contract lint wrong.yaml
sed 's|headers: /headers|headers: headers|' bus.yaml > wrong.yaml
say contract lint wrong.yaml
