# What stands in an address in braces: which values it may have, and where the
# data says the same.
say() { echo "\$ $*"; "$TAPEDECK" "$@" 2>&1 || echo "exit $?"; }
tape() { # URL, payloads...
    echo '{"tape":1,"id":"0","start":"2026-01-01T00:00:00Z","clock":"monotonic","source":"x","recorder":"x"}'
    printf '{"s":1,"t":0,"d":"out","c":1,"k":"open","json":{"url":"%s"}}\n' "$1"
    shift
    n=1
    for json; do
        n=$((n + 1))
        printf '{"s":%d,"t":%d,"d":"out","c":1,"ev":"sold","json":%s}\n' $n $n "$json"
    done
    printf '{"end":{"how":"clean","events":%d,"last":%d,"lost":0}}\n' $n $n
}
cat > shops.yaml <<'EOF'
contract: 1
events:
  sold: {channel: {address: "/shops/{shop}/{kind}", parameters: {shop: {at: /shop}, kind: {enum: [toys, books], at: /kind}}}}
EOF
judge() { # NAME
    "$TAPEDECK" validate "$1" --contract "${2:-shops.yaml}" 2>&1 | grep -e "$1: [a-z]*," -e expected || true
}
tape ws://h/shops/7/toys '{"shop":"7","kind":"toys"}' '{"shop":7}' '{}' '{"shop":"8"}' '{"shop":7,"kind":"books"}' '{"shop":null}' '{"shop":7.0}' > toys.tape
judge toys.tape
tape 'ws://h/v1/shops/a%20b/books?x=1' '{"shop":"a b"}' '{"shop":"a%20b"}' > encoded.tape
judge encoded.tape
tape 'ws://h/hub?topic=%2Fshops%2F7%2Ftoys' '{"shop":"7"}' '{"shop":"9"}' > query.tape
judge query.tape
echo "-- at no address of it"
tape ws://h/shops/7/cars '{"shop":"8"}' > cars.tape
judge cars.tape
say contract coverage shops.yaml cars.tape toys.tape | grep channels
say contract coverage shops.yaml cars.tape | grep channels
echo "-- two in one segment, each as short as can be; one of several addresses is enough"
cat > pairs.yaml <<'EOF'
contract: 1
events:
  sold: {channel: [{address: "{from}-{to}.{kind}", parameters: {from: {at: /from}, to: {at: /to}, kind: {at: /kind}}}, {address: "{all}", parameters: {all: {at: /all}}}]}
EOF
tape ws://h/ab-cd-e.x.y '{"from":"ab","to":"cd-e","kind":"x.y"}' '{"from":"ab-cd","all":"ab-cd-e.x.y"}' '{"from":"ab-cd","all":"ab"}' > pairs.tape
judge pairs.tape pairs.yaml
echo "-- AsyncAPI says so as location"
cat > rooms.yaml <<'EOF'
asyncapi: 2.6.0
info: {title: rooms, version: 1.0.0}
channels:
  rooms/{room}:
    parameters: {room: {location: $message.payload#/in/room, schema: {enum: [red, blue]}}}
    subscribe: {message: {name: said, payload: {type: object}}}
EOF
tape ws://h/rooms/red '{"in":{"room":"red"}}' '{"in":{"room":"blue"}}' | sed 's/"ev":"sold"/"ev":"said"/' > rooms.tape
say validate rooms.tape --contract rooms.yaml
echo "-- what is wrong with one"
wrong() {
    printf 'contract: 1\nevents:\n  sold: {channel: %s}\n' "$1" > wrong.yaml
    "$TAPEDECK" contract lint wrong.yaml 2>&1 | head -n 1
}
wrong '{parameters: {}}'
wrong '{address: 7}'
wrong '{address: /a, adress: /b}'
wrong '{address: "/{b}", parameters: {a: {at: /a}}}'
wrong '{address: "/{a}", parameters: [a]}'
wrong '{address: "/{a}", parameters: {a: /a}}'
wrong '{address: "/{a}", parameters: {a: {at: a}}}'
wrong '{address: "/{a}", parameters: {a: {at: 1}}}'
wrong '{address: "/{a}", parameters: {a: {enum: []}}}'
wrong '{address: "/{a}", parameters: {a: {enum: [1]}}}'
wrong '{address: "/{a}", parameters: {a: {in: [x]}}}'
wrong "{address: \"$(seq -s '' -f '/{p%g}' 17)\", parameters: {$(seq -s ', ' -f 'p%g: {}' 17)}}"
wrong "{address: \"/{a}/{b}/{c}\", parameters: {a: {enum: [$(seq -s ', ' -f 'x%g' 40)]}, b: {enum: [$(seq -s ', ' -f 'x%g' 40)]}}}"
