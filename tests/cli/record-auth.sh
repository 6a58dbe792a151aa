# An auth payload that is no JSON object is refused before anything is dialled,
# with its place and without its text.
for auth in '{"token":"secret' '["secret"]' '{"token":secret}' ''; do
    $TAPEDECK record --auth "$auth" -o a.tape sio://127.0.0.1:1 2>&1 ||
        echo "status $?"
done
printf '{\n "token": tr\n}\n' >auth.json
$TAPEDECK record --auth @auth.json -o a.tape sio://127.0.0.1:1 2>&1 ||
    echo "status $?"
