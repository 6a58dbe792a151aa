status() { "$@" || echo "status $?"; }
printf 'contract: 1\nrules:\n- {id: T1, rate: "*", max: 2}\n' > rate.yaml
printf 'contract: 1\nrules:\n- {id: A, first: "a[x=1]"}\n' > filter.yaml
printf 'contract: 1\nrules:\n- {id: A, frist: a}\n' > unknown.yaml
printf 'contract: 1\nevents:\n  a: {schema: {type: text}}\n' > schema.yaml
printf 'contract: 2\n' > version.yaml
printf 'contract: 1\nrules: [\n' > syntax.yaml
for c in rate filter unknown schema version syntax missing; do
    status "$TAPEDECK" validate --contract "$c.yaml" /dev/null
done
printf '{"$ref": "#"}' > s.json
status "$TAPEDECK" validate --schema s.json /dev/null
status "$TAPEDECK" validate nowhere.ndjson
