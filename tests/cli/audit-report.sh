# An audit, and what of a contract was tried, as reports.
cat > old.ndjson <<'EOF'
{"type":"file","data":{"path":"a.c","size":1}}
{"type":"file","data":{"path":"b.c","size":2}}
EOF
cat > 'new tape.ndjson' <<'EOF'
{"type":"file","data":{"file_path":"a.c","size":"1"}}
{"type":"file","data":{"file_path":"c.c","size":"2"}}
EOF
cat > c.yaml <<'EOF'
contract: 1
stream: {data: /data}
events:
  file:
    schema:
      type: object
      properties:
        file_path: {type: string}
        owner: {type: string}
        size:
          oneOf:
          - {type: string}
          - type: object
            properties:
              "a/b %": {$ref: "#/$defs/u"}
          - {type: integer}
      $defs:
        u: {anyOf: [{const: k}, {const: m}]}
  gone:
    schema: {type: object}
rules:
- {id: once, count: gone, at_most: 1}
EOF
say() { "$TAPEDECK" "$@" 2>&1 || echo "exit $?"; }
say audit 'new tape.ndjson' --against old.ndjson --report html=a.html --report sarif=a.sarif \
  --report junit=- --fail-on renamed | sed 's/timestamp="[^"]*"//; /<testsuites /s/time="[^"]*"/time=/'
grep -o '"ruleId":"[a-z-]*","level":"[a-z]*"\|"uri":"[^"]*"},"region":{[^}]*}' a.sarif
grep -o '<h2>Fields\|<b>file</b>\|/data/file_path' a.html | sort | uniq -c | sed 's/^ *//'
echo "a contract that has more"
say audit 'new tape.ndjson' --contract c.yaml --report sarif=b.sarif > page.txt
grep -o '"ruleId":"never-seen"\|"uri":"c.yaml"},"region":{[^}]*}' b.sarif | sort | uniq -c | sed 's/^ *//'
echo "many: one line for all that were read, and the verdict says what warns"
mkdir many
for i in 1 2 3 4 5 6; do cp old.ndjson many/$i.ndjson; done
cp 'new tape.ndjson' many/7.ndjson
say audit many --report html=m.html > page.txt
grep -o 'Verdict</h2>\|[0-9]* of [0-9]* remarks need you\|<summary>[0-9]* files, [0-9]* bytes' m.html | uniq -c | sed 's/^ *//'
echo "coverage"
echo '{"type":"file","data":{"file_path":"x","size":{"a/b %":"m"}}}' >> 'new tape.ndjson'
say contract coverage c.yaml 'new tape.ndjson' --report html=c.html --report markdown=c.md --min 90
grep -o 'The contract speaks of them\|1 field never exercised' c.html
echo "diff: what kind it is is said once, and the run took time"
say diff old.ndjson 'new tape.ndjson' --report markdown=d.md --report html=d.html > page.txt
grep '^- error' d.md | cut -c 1-100
cat a.html c.html d.html | grep -c '<span>0 ns</span>' || true
echo "bad"
say audit old.ndjson --report htm=x
say audit old.ndjson --report html
say audit old.ndjson --report html=none/x.html > page.txt; tail -n 1 page.txt
say contract coverage c.yaml old.ndjson --report x=y
echo "torn: the page does not say that nothing is lost"
"$TAPEDECK" record -q -o many/8.tape.gz - < old.ndjson
head -c "$(($(wc -c < many/8.tape.gz) - 40))" many/8.tape.gz > many/9.tape.gz
say audit many --report html=t.html > page.txt; tail -n 1 page.txt
say diff many/8.tape.gz many/9.tape.gz --report html=u.html > page.txt; tail -n 1 page.txt
say contract coverage c.yaml many/9.tape.gz --report html=v.html > page.txt; tail -n 1 page.txt
for page in m t u v; do
    echo "$page: $(grep -o '9.tape.gz</bdi></span>: <span class="p"><bdi>[a-z]*\|No event is known to be lost\|what the stream really held is not known' $page.html | tr '\n' ';')"
done
echo "an event of a tape is a number of it, and of lines a line"
say audit many/8.tape.gz --against 'new tape.ndjson' --report markdown=w.md > page.txt
say audit 'new tape.ndjson' --against many/8.tape.gz --report markdown=x.md > page.txt
grep -ho '^- [a-z]* [a-z-]*, [^:]*' w.md x.md
