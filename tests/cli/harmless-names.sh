# A name that would colour the terminal and turn the line is shown for what it is.
printf '{"type":"\302\23331m\342\200\256"}\n' |
    $TAPEDECK record - -q -o evil.tape.gz
$TAPEDECK replay evil.tape.gz - --dry-run | tail -n 1
$TAPEDECK info evil.tape.gz | grep 31m
name=$(printf 'e\033[31m\nvil.tape.gz')
mv evil.tape.gz "$name"
$TAPEDECK verify "$name"
