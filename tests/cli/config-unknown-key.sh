printf 'colour: never\nhelp:\n  markdwon: true\n' > .tapedeck.yaml
$TAPEDECK completion bash || echo "exit $?"
sed -i 1d .tapedeck.yaml
$TAPEDECK completion bash || echo "exit $?"
$TAPEDECK completion --help | head -1
printf 'qzx: less\n' > .tapedeck.yaml
$TAPEDECK completion bash 2>&1 | cat -E
