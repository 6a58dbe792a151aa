# A file that is no YAML, is no mapping, holds what is no value, or is empty.
for text in 'a: [' '- a' 'color: {a: b}' 'color: [[a]]' 'color: pink'; do
    printf '%s\n' "$text" > .tapedeck.yaml
    $TAPEDECK completion bash || echo "exit $?"
done
for text in '' 'color:'; do
    printf '%s\n' "$text" > .tapedeck.yaml
    $TAPEDECK config explain color
done
