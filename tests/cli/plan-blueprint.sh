# A folder of one's own, and where its mistakes are.
try() { echo "\$ tapedeck $*"; "$TAPEDECK" "$@" 2>&1 || echo "status $?"; }
"$TAPEDECK" spec -q "API for wine"
"$TAPEDECK" spec -q answer data "wine(name: text), order(total: money)"
mkdir mine
cat > mine/blueprint.yaml <<'END'
blueprint: 1
tasks: [{id: "h_{{name}}", each: entities, template: e.h, output: "src/{{name}}.h"}]
END
cat > mine/e.h <<'END'
struct {{name}} { {{#fields}}{{c_type}} {{name}}; {{/fields}}};
END
try plan generate -q --blueprint ./mine | sed "s|$PWD|HERE|"
wrong() {
    echo "-- $1"
    printf '%s\n' "blueprint: 1" "$1" > mine/blueprint.yaml
    "$TAPEDECK" plan generate -q --blueprint ./mine 2>&1 || echo "status $?"
}
wrong 'tasks: []'
wrong 'taks: [{id: a, run: x}]'
wrong 'tasks: [{id: a, rum: x}]'
wrong 'tasks: [{id: a}]'
wrong 'tasks: [{id: a, run: x, each: fields}]'
wrong 'tasks: [{id: a, template: e.h}]'
wrong 'tasks: [{id: a, template: no.h, output: x}]'
wrong 'tasks: [{id: a, template: ../x, output: x}]'
wrong 'tasks: [{id: a, run: "echo {{nam}}", each: entities}]'
wrong 'tasks: [{id: a, run: x, each: entities}]'
wrong 'tasks: [{id: A, run: x}]'
wrong 'tasks: [{id: a, run: x}, {id: a, run: y}]'
wrong 'tasks: [{id: a, run: x, depends_on: [b]}]'
wrong 'tasks: [{id: a, run: x, depends_on: [b]}, {id: b, run: x, depends_on: [a]}]'
wrong 'tasks: [{id: a, template: e.h, output: x, each: entities}]'
wrong 'tasks: [{id: "a_{{name}}", template: e.h, output: x, each: entities}]'
wrong 'tasks: [{id: "a_{{name}}", template: e.h, output: "../{{name}}", each: entities}]'
wrong 'tasks: [{id: a, template: e.h, output: x}]'
wrong 'tasks: {a: 1'
wrong 'auth: {oath: none}'
wrong 'fields: {text: 1}'
wrong 'entities: "wine(name: txt)"'
