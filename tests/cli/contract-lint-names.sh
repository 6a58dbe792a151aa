# Names that a rule says and the contract does not.
cat > part.json <<'END'
{"properties": {"z": {"$ref": "#/$defs/z"}}, "$defs": {"z": {"properties": {"w": {}}}}}
END
cat > run.yaml <<'END'
contract: 1
events:
  a: {schema: {properties: {n: {}, deep: {properties: {x: {}}}, list: {items: {properties: {i: {}}}}}}}
  b: {schema: {$ref: part.json}}
  open: {schema: {properties: {n: {}}, anyOf: [{required: [m]}]}}
  any: {}
  asks: {schema: {required: [r], properties: {n: {}}}}
rules:
- {id: event, first: aa}
- {id: one-of-two, count: "a|c", exactly: 1}
- {id: field, monotonic: a.m}
- {id: deeper, monotonic: a.deep.y}
- {id: key, by: nn, count: a, exactly: 1}
- {id: filter, count: "a[m == 1]", exactly: 1}
- {id: other-file, constant: b.q}
- {id: good-field, monotonic: a.n}
- {id: good-depth, constant: a.deep.x}
- {id: good-list, constant: a.list.0.i}
- {id: good-file, constant: b.z.w}
- {id: good-other, count: a, exactly: open.m}
- {id: good-required, constant: asks.r}
- {id: who-knows, constant: any.thing}
END
"$TAPEDECK" contract lint run.yaml
# A field may be named like an event, and the name is in every message.
cat > this.yaml <<'END2'
contract: 1
events:
  a: {schema: {properties: {b: {type: object, properties: {n: {type: integer}}}, c: {properties: {m: {type: integer}}}}}}
  b: {schema: {properties: {k: {type: integer}}}}
rules:
- {id: r1, on: a, expr: "this.b.n > b.k && $.b.n > 1 && this.c.m > 1"}
- {id: r2, on: "a[this.b.n > 1]", expr: "prev(this.b.n) <= this.b.n"}
- {id: r3, on: a, expr: "this.type == 'a'"}
- {id: r4, on: a, expr: "this.c.zz == b.zz"}
END2
"$TAPEDECK" contract lint this.yaml
