# A golden of a client whose requests a recorded tape answers, on a port of its own.
say() {
    "$TAPEDECK" test "$@" >out 2>&1 || status=$?
    sed -E 's/ \([0-9.]+ m?s\)$/ (TIME)/' out
    echo "exit ${status:-0}"
    status=
}
cat > talk.har <<'END'
{"log":{"version":"1.2","creator":{"name":"t","version":"1"},"entries":[
{"startedDateTime":"2026-01-01T00:00:00.000Z","time":5,"request":{"method":"GET","url":"http://a.example/jobs/7","httpVersion":"HTTP/1.1","headers":[],"queryString":[],"cookies":[],"headersSize":-1,"bodySize":0},
"response":{"status":200,"statusText":"OK","httpVersion":"HTTP/1.1","headers":[{"name":"Content-Type","value":"application/json"}],"cookies":[],"content":{"size":24,"mimeType":"application/json","text":"{\"type\":\"job\",\"state\":1}\n"},"redirectURL":"","headersSize":-1,"bodySize":24},"cache":{},"timings":{"send":1,"wait":2,"receive":2}}]}}
END
mkdir g
"$TAPEDECK" convert -q talk.har -o g/talk.tape.gz
cat > g/client.golden.yaml <<'END'
golden: 1
run: {answer: talk.tape.gz, command: [curl, -sSf, $URL/jobs/7]}
END
say g
say g --accept
say g
echo "-- it asks for something else"
sed 's|jobs/7|jobs/8|; s|-sSf|-s|' g/client.golden.yaml > next; mv next g/client.golden.yaml
say g
echo "-- nobody asks anything on that tape"
sed 's|talk.tape|client.golden.tape|' g/client.golden.yaml > next; mv next g/client.golden.yaml
say g
echo "-- one or the other"
echo 'golden: 1
run: {command: ["true"], serve: a.tape.gz, answer: talk.tape.gz}' > g/client.golden.yaml
say g
