# Whether two contracts, or two sets of tapes, take each other's messages.
contract() {
  cat <<EOF
contract: 1
stream: {name: /kind, data: /d}
events:
  file:
    schema:
      type: object
      required: [path$2]
      properties:
        path: {type: string}
        state: {enum: [new, old$1]}
        parts: {type: array, items: {type: object, required: [n], properties: {n: {type: $3}}}}
$4
EOF
}
contract '' '' integer '' > a.yaml
contract ', skipped' '' integer '' > wider.yaml
contract '' ', owner' integer '' > stricter.yaml
contract '' '' string '' > other.yaml
contract '' '' integer '  gone: {schema: {type: object}}' > more.yaml
contract '' '' integer '  odd: {schema: {type: object, required: [x], properties: {x: {type: string, pattern: "^[0-9]{9}$"}}}}' > odd.yaml
say() { echo "\$ $*"; "$TAPEDECK" "$@" 2>&1 || echo "exit $?"; }
say contract compare a.yaml a.yaml
say contract compare a.yaml wider.yaml
say contract compare a.yaml stricter.yaml --strict
say contract compare wider.yaml stricter.yaml
say contract compare a.yaml other.yaml
say contract compare a.yaml more.yaml
say contract compare odd.yaml odd.yaml
say contract compare a.yaml wider.yaml --json
echo "tapes"
printf '%s\n' '{"kind":"a","n":1,"l":[{"x":null}]}' '{"kind":"a","n":2,"l":[]}' > old.ndjson
printf '%s\n' '{"kind":"a","n":1.5,"l":[{"x":"s"}],"more":1}' > new.ndjson
say audit new.ndjson --against old.ndjson --name /kind | sed -n '/^compat/,/^$/p'
say audit old.ndjson --against old.ndjson --name /kind | sed -n '/^compat/,/^$/p'
say audit old.ndjson --state old.audit --name /kind > page.txt
say audit new.ndjson --baseline old.audit --name /kind | sed -n '/^compat/,/^$/p'
echo "bad"
say contract compare a.yaml
say contract compare a.yaml none.yaml
say contract compare a.yaml b.yaml c.yaml
say contract compare
