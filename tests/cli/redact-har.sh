# What a HAR holds twice is redacted twice, and no HAR brings it back.
cat > page.har <<'HAR'
{"log":{"version":"1.2","pages":[{"id":"p","title":"https://h.example/?token=sekret&a=1"}],"entries":[
{"startedDateTime":"2026-01-31T12:00:00.000Z","time":1,"_initiator":{"url":"https:\/\/h.example\/?a=1\u0026api_key=sekret"},
"request":{"method":"POST","url":"https://h.example/v1?api_key=sekret&a=1","httpVersion":"HTTP/1.1","headersSize":-1,"bodySize":-1,
"headers":[{"name":"Cookie","value":"sid=sekret"},{"name":"Referer","value":"https://h.example/?token=sekret"}],
"queryString":[{"name":"api_key","value":"sekret"},{"name":"a","value":"1"}],
"cookies":[{"value":"sekret","name":"plain","expires":null}],
"postData":{"mimeType":"application/x-www-form-urlencoded","params":[{"name":"password","value":"sekret"},{"name":"user","value":"eve"}]}},
"response":{"status":302,"statusText":"Found","httpVersion":"HTTP/1.1","headersSize":-1,"bodySize":-1,
"headers":[{"name":"Location","value":"/next?access_token=sekret"},{"name":"Set-Cookie","value":"s=sekret"}],
"cookies":[{"name":"s","value":"sekret"}],"redirectURL":"/next?access_token=sekret","content":{"size":0,"mimeType":"text/plain"}},
"cache":{},"timings":{"send":0,"wait":0,"receive":1}}]}}
HAR
$TAPEDECK convert -q page.har -o page.tape.gz
$TAPEDECK redact page.tape.gz -o safe.tape.gz 2>&1
$TAPEDECK convert -q safe.tape.gz -o safe.har
for file in page.tape.gz safe.tape.gz; do zcat $file | grep -o sekret | wc -l; done
grep -c sekret safe.har || true
cat safe.har
$TAPEDECK redact safe.tape.gz -o safer.tape.gz 2>&1
$TAPEDECK convert -q safe.har -o again.tape.gz
