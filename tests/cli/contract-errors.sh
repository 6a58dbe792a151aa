# What a person reads about each way to be wrong: one contract a line.
while IFS= read -r line; do
    printf 'contract: 1\n%b\n' "$line" > c.yaml
    printf '%s\n  ' "$line"
    "$TAPEDECK" contract lint c.yaml 2> err.txt || true
done <<'END'
event: {}
stram: {name: /a}
stream: {naem: /a}
stream: {name: a}
stream: {clock: wall}
stream: {clock: event:}
stream: {key: 1}
complete: yes
unknown: fail
events: [a]
events: {a: 1}
events: {a: {schma: {}}}
events: {a: {schema: {typ: x, type: objct}}}
events: {a: {schema: {$ref: nothing.json}}}
events: {a: {schema: {$ref: "#/x"}}}
events: {a: {aliases: {n: 1}}}
events: {a: {aliases: [n]}}
events: {a: {values: {s: 1}}}
events: {a: {}}\ndialects: {d: {events: {b: {}}}}
events: {a: {}}\ndialects: {d: {event: {a: {}}}}
profiles: full
profiles: [full]\nrules: [{id: r, first: a, profile: ful}]
rules: [{id: r, frist: a}]
rules: [{id: r, first: a, last: b}]
rules: [{id: r, first: a, levle: warn}]
rules: [{id: r, first: a, level: warning}]
rules: [{id: r, count: a, exact: 1}]
rules: [{id: r, count: a, bogus: 1}]
rules: [{id: r, first: a, bogus: 1}]
rules: [{id: r, nonsense: a}]
rules: [{first: a}]
rules: [{id: r, first: [a]}]
rules: [{id: r, first: ""}]
rules: [{id: r, first: "a["}]
rules: [{id: r, first: "a[x"}]
rules: [{id: r, first: "a[x ==]"}]
rules: [{id: r, first: "a[x = 1]"}]
rules: [{id: r, first: "a b"}]
rules: [{id: r, first: "a||b"}]
rules: [{id: r, count: a}]
rules: [{id: r, count: a, exactly: x}]
rules: [{id: r, count: a, exactly: -1}]
rules: [{id: r, count: a, between: 3}]
rules: [{id: r, monotonic: a}]
rules: [{id: r, monotonic: a.}]
rules: [{id: r, monotonic: a.n, mode: up}]
rules: [{id: r, step: a.n}]
rules: [{id: r, constant: a.n, equals: 1}]
rules: [{id: r, unique: a}]
rules: [{id: r, before: [a]}]
rules: [{id: r, response: {trigger: a}}]
rules: [{id: r, response: {trigger: a, expect: b, within: 5}}]
rules: [{id: r, response: {trigger: a, expect: b, withn: 5s}}]
rules: [{id: r, absent: a, when: after}]
rules: [{id: r, absent: a, when: {afte: b}}]
rules: [{id: r, on: a}]
rules: [{id: r, on: a, expr: "n >"}]
rules: [{id: r, on: a, expr: "n > foo(1)"}]
rules: [{id: r, on: a, expr: "n > coutn(a)"}]
rules: [{id: r, on: a, expr: "n and"}]
rules: [{id: r, on: a, expr: "n + 'x' > true"}]
rules: [{id: r, on: a, expr: "matches(n, '[')"}]
rules: [{id: r, on: a, expr: "(((("}]
rules: [{id: r, sequence: "a{3"}]
rules: [{id: r, sequence: "(a b"}]
rules: [{id: r, sequence: "a{5,2}"}]
rules: [{id: r, sequence: "*"}]
rules: [{id: r, states: {field: s, allow: {x: [y]}, start: z}}]
rules: [{id: r, states: {allow: {x: [y]}}}]
rules: [{id: r, gap: a}]
rules: [{id: r, rate: a, max: 5}]
rules: [{id: r, latency: {from: a}}]
rules: [{id: r, clock_skew: 1s}]
rules: [{id: r, conforms: a}]
rules: [{id: r, conforms: a, schema: {minimum: x}}]
rules: [{id: r, first: a, by: ""}]
rules: [{id: r, first: a, mostly: 95}]
rules: [{id: r, first: a, max_keys: 0}]
tests: [{name: n, stream: [], expct: pass}]
asyncapi: nothing.yaml
asyncapi: 1
END
