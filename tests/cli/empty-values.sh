# What a variable of a shell that was not set leaves of an option is told, not
# taken for a name that nothing has, or for a check that need not be.
try() { "$TAPEDECK" "$@" < /dev/null 2>&1 || echo "exit $?"; }
try record - -o x.tape.gz --until "$UNSET"
try record - -o x.tape.gz --redact "$UNSET"
try record https://127.0.0.1:1/ -o x.tape.gz --server-name "$UNSET"
try record - --output="$UNSET"
try cat no.tape.gz -e "$UNSET"
try replay no.tape.gz --serve :0 --token-file "$UNSET"
TAPEDECK_CONTRACT='' try validate -
echo '{"n":1}' | "$TAPEDECK" record - -q -o - --name '' | zcat | grep -c '"n":1'
try recover no.tape.gz -o ''
