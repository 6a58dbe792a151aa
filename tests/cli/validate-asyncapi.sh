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
