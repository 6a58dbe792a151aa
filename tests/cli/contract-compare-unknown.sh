# Where no message can be made of a schema nothing is known.
compare() {
    printf 'contract: 1\nevents: {a: {schema: %s}}\n' "$1" > old.yaml
    printf 'contract: 1\nevents: {a: {schema: %s}}\n' "$2" > new.yaml
    "$TAPEDECK" contract compare old.yaml new.yaml 2>&1
    "$TAPEDECK" contract compare old.yaml new.yaml --json | grep -o '"class":"[a-z]*"\|"holds":[a-z]*'
}
echo "-- both"
compare '{oneOf: [{required: [a]}, {required: [b]}]}' '{oneOf: [{required: [a]}, {required: [b]}, {required: [c]}]}'
echo "-- one"
compare '{properties: {x: {type: string}}, required: [x]}' '{properties: {x: {type: string, pattern: "^[a-c]+$"}}, required: [x]}'
echo "-- none"
compare '{properties: {x: {type: string}}}' '{properties: {x: {type: string}}}'
echo "-- strict"
printf 'contract: 1\nevents: {a: {schema: {oneOf: [{required: [a]}, {required: [b]}]}}}\n' > old.yaml
"$TAPEDECK" contract compare old.yaml old.yaml --strict -q 2>&1 || echo "exit $?"
