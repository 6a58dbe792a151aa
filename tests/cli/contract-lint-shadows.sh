# Alternatives that another one takes all of; rules and filters that say nothing.
cat > c.yaml <<'EOF'
contract: 1
events:
  a:
    schema:
      oneOf:
      - {type: object, required: [k]}
      - {type: object, required: [k, v], properties: {k: {const: x}}}
      - {type: string}
  b:
    schema:
      properties:
        same: {oneOf: [{type: integer}, {type: number, title: any}, {type: string}]}
        twice: {anyOf: [{enum: [p, q]}, {const: q}, {enum: [q, r]}]}
        all: {oneOf: [true, {type: string}]}
        deep: {anyOf: [{properties: {t: {type: string}}}, {properties: {t: {enum: [u]}, w: {}}}]}
        data: {default: {oneOf: [{}, {}]}, examples: [{anyOf: [true, true]}]}
        fine:
          oneOf:
          - {type: object, required: [x]}
          - {type: object, required: [y]}
          - {type: array, items: {type: integer}}
          - {type: array, items: {type: string}}
          - {$ref: "#/$defs/n"}
          - {type: string, pattern: "^a"}
          - {type: string, pattern: "^b"}
      $defs: {n: {type: "null"}}
rules:
- {id: r1, on: a, expr: "1 + 1 == 2"}
- {id: r2, on: b, expr: "same < same"}
- {id: r3, on: b, expr: "fine == fine"}
- {id: r4, on: b, expr: "twice == 'p' && twice == 'q'"}
- {id: r5, on: b, expr: "same > 5 && same <= 5"}
- {id: r6, on: b, expr: "same >= 5 && same <= 5"}
- {id: r7, on: b, expr: "same > 5 || same <= 5"}
- {id: r8, count: "b[same == 1 && same == 2]", at_most: 1}
- {id: r9, count: "a | b[3 > 2]", at_most: 1}
- {id: r10, count: "b[same == 1 && twice == 'p']", at_most: 1}
EOF
"$TAPEDECK" contract lint c.yaml
for c in $("$TAPEDECK" contract list | sed 's/ .*//'); do
  "$TAPEDECK" contract lint "$c" | grep -v 'nothing to complain' || true
done
