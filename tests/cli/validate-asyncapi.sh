status() { "$@" || echo "status $?"; }
cat > lights.asyncapi.yaml <<'END'
asyncapi: 3.0.0
info: {title: Street lights, version: 1.0.0}
channels:
  measured:
    address: lights/{id}/measured
    messages:
      lightMeasured: {$ref: '#/components/messages/lightMeasured'}
components:
  messages:
    lightMeasured:
      payload: {$ref: '#/components/schemas/measure'}
    dimLight:
      name: dim
      payload:
        schemaFormat: application/schema+json;version=draft-07
        schema: {$ref: common.json#/definitions/percentage}
  schemas:
    measure:
      type: object
      required: [lumens, sentAt]
      properties:
        lumens: {type: integer, minimum: 0}
        sentAt: {type: string, format: date-time}
        place: {type: array, items: [{type: number}, {type: number}], additionalItems: false}
x-tapedeck:
  stream: {name: /type, data: /data}
  rules:
  - {id: L1, first: lightMeasured}
  - {id: L2, count: dim, at_most: 1}
END
printf '{"definitions": {"percentage": {"type": "integer", "maximum": 100}}}' > common.json
cat > bad.ndjson <<'END'
{"type":"dim","data":50}
{"type":"lightMeasured","data":{"lumens":-1,"sentAt":"today","place":[1,2,3]}}
{"type":"dim","data":101}
{"type":"dimLight","data":1}
END
status "$TAPEDECK" validate --contract lights.asyncapi.yaml bad.ndjson
sed -n '1d;2s/-1/1/;2s/today/2024-01-01T00:00:00Z/;2s/,3]/]/;3s/101/100/;4d;p' bad.ndjson > good.ndjson
status "$TAPEDECK" validate --contract lights.asyncapi.yaml good.ndjson
cat > chat.json <<'END'
{"asyncapi": "2.6.0", "info": {"title": "Chat", "version": "1"},
 "channels": {"room": {
   "publish": {"message": {"oneOf": [{"name": "say", "payload": {"required": ["text"]}},
                                     {"messageId": "leave"}]}},
   "subscribe": {"message": {"payload": {"type": "object"}}}}}}
END
cat > chat.contract.yaml <<'END'
contract: 1
asyncapi: chat.json
stream: {name: /type, data: /data}
events: {join: {}}
rules: [{id: C1, last: leave}]
END
printf '{"type":"%s","data":%s}\n' join 0 room 1 say '{}' leave 0 > chat.ndjson
status "$TAPEDECK" validate --contract chat.contract.yaml chat.ndjson
printf '{"asyncapi": "3.0.0", "components": {"messages": {"a": {"payload": {\n  "schemaFormat": "application/vnd.apache.avro;version=1.9.0", "schema": {}}}}}}' > avro.json
printf 'contract: 1\nasyncapi: common.json\n' > other.yaml
printf 'contract: 1\nasyncapi: nowhere.yaml\n' > missing.yaml
printf 'contract: 1\nasyncapi: itself.yaml\n' > itself.yaml
for c in avro.json other.yaml missing.yaml itself.yaml; do
    status "$TAPEDECK" validate --contract "$c" chat.ndjson
done
# Names that are nowhere on the wire: the payload tells the messages.
cat > market.yaml <<'END2'
asyncapi: 3.0.0
channels:
  market:
    messages:
      beat: {payload: {type: object, required: [type], properties: {type: {const: beat}, n: {type: integer}}}}
      change:
        payload: {$ref: '#/components/schemas/change'}
        examples:
        - {name: up, payload: {type: change, price: 2.5}}
        - {payload: {type: change, price: low}}
      quote: {payload: {type: object, required: [bid, ask], properties: {bid: {type: number}, ask: {type: number}}, examples: [{bid: 1, ask: 2}]}}
      any: {payload: {type: object}}
components:
  schemas:
    change: {allOf: [{properties: {type: {enum: [change]}}}, {type: object, required: [price], properties: {price: {type: number}}}]}
x-tapedeck: {rules: [{id: M1, first: beat}], tests: [{name: own, stream: '{"type":"beat"}', expect: pass}]}
END2
printf '%s\n' '{"type":"beat","n":1}' '{"type":"beat","n":"1"}' '{"type":"change"}' '{"bid":1,"ask":"2"}' '{"bid":1}' '[]' > market.ndjson
status "$TAPEDECK" validate -v --contract market.yaml market.ndjson
status "$TAPEDECK" contract test market.yaml
# Directions, which tapes have: the application sends one, and takes another.
cat > ways.yaml <<'END2'
asyncapi: 3.0.0
channels:
  c:
    messages:
      ask: {payload: {type: object, required: [id], properties: {id: {type: integer}}}}
      answer: {payload: {type: object, required: [id], properties: {id: {type: integer}, ok: {type: boolean}}}}
      note: {payload: {type: object, required: [note]}}
operations:
  asked: {action: receive, channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/c/messages/ask'}], reply: {messages: [{$ref: '#/channels/c/messages/answer'}]}}
  noted: {action: send, channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/c/messages/note'}]}
END2
{ echo '{"tape":1,"id":"x","start":"2026-01-31T12:00:00.000000000Z","clock":"monotonic","source":"ws://example.test/"}'
  n=0
  for m in '"out","c":1,"json":{"id":1}' '"in","c":1,"json":{"id":1}' '"in","c":1,"json":{"note":1}' '"in","c":1,"ev":"other","json":{"id":1}' '"out","c":1,"json":{"id":"x"}'; do
      n=$((n + 1)); echo "{\"s\":$n,\"t\":$n,\"d\":$m}"
  done
  echo '{"end":{"how":"clean","events":5,"last":5,"lost":0,"text":0}}'
} > ways.ndjson
$TAPEDECK reindex -q ways.ndjson -o ways.tape.gz
status "$TAPEDECK" validate -v --jobs 1 --contract ways.yaml ways.tape.gz
echo 'x-tapedeck: {stream: {directions: reversed}}' >> ways.yaml
status "$TAPEDECK" validate -v --contract ways.yaml ways.tape.gz
printf 'contract: 1\nstream: {directions: other}\nevents: {a: {dir: up}}\n' > dir.yaml
status "$TAPEDECK" contract lint dir.yaml
# Requests and replies, which belong together by their correlation id.
cat > reply.yaml <<'END2'
asyncapi: 3.0.0
channels:
  c:
    messages:
      ask: {payload: {type: object, required: [q], properties: {q: {const: 1}}}, correlationId: {location: '$message.payload#/meta/id'}}
      'an "answer"': {payload: {type: object, required: [a], properties: {a: {const: 1}}}, correlationId: {$ref: '#/components/correlationIds/id'}}
operations:
  asked: {action: receive, channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/c/messages/ask'}], reply: {messages: [{$ref: '#/channels/c/messages/an "answer"'}]}}
components: {correlationIds: {id: {location: '$message.payload#/meta/id'}}}
END2
printf '%s\n' '{"q":1,"meta":{"id":1}}' '{"q":1,"meta":{"id":2}}' '{"q":1}' '{"a":1,"meta":{"id":1}}' > reply.ndjson
status "$TAPEDECK" contract explain reply.yaml
status "$TAPEDECK" validate --contract reply.yaml reply.ndjson
