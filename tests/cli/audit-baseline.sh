# What an audit keeps, to be compared with later; what is let pass.
printf '%s\n' '{"type":"file","data":{"path":"a.c","size":1,"state":"new"}}' \
  '{"type":"file","data":{"path":"b.c","size":2,"state":"new"}}' \
  '{"type":"file","data":{"path":"d.c","size":2,"state":"new"}}' \
  '{"type":"done","data":{"files":3,"api_key":"sk-0123456789abcdef"}}' > old.ndjson
printf '%s\n' '{"type":"file","data":{"file_path":"a.c","size":"1","state":"old"}}' \
  '{"type":"file","data":{"file_path":"c.c","size":"2","state":"new"}}' \
  '{"type":"extra","data":{"text":"0123456789012345678901234567890123456789"}}' > new.ndjson
say() { echo "\$ $*"; "$TAPEDECK" audit "$@" 2>&1 || echo "exit $?"; }
say old.ndjson --state old.audit > page.txt; head -n 1 page.txt
say new.ndjson --baseline old.audit -v > one.txt
say new.ndjson --against old.ndjson -v > two.txt
sed 1d one.txt > a; sed 1d two.txt > b; cat a; cmp a b && echo "as with the tape"
grep -c 0123456789abcdef old.audit || true
echo "two states are one; the state of today is kept"
say old.ndjson --state a.audit > page.txt
say new.ndjson --state b.audit > page.txt
say old.ndjson new.ndjson --baseline a.audit --baseline b.audit --state a.audit -v | sed -n 2,8p
"$TAPEDECK" audit old.ndjson --baseline a.audit | head -n 1
echo "settings"
cat > audit.yaml <<'EOF'
audit: 1
fail_on: [too-large]
budget: {file: 1KiB, "e*": 60, "*": 4KiB}
silence:
- {kind: renamed, event: file, path: /data/*, until: 2999-12-31, why: agreed}
- {kind: retyped, path: /data/size, until: 2020-01-31}
- {event: gone}
EOF
say new.ndjson --baseline old.audit -v | sed -n '1,/^$/p;/budget/p;/settings/p'
say new.ndjson --baseline old.audit | tail -n 2
mv audit.yaml other.yaml
say new.ndjson --baseline old.audit --settings other.yaml --json | grep -o '"silenced":1'
echo "bad"
head -n 3 old.audit > torn.audit
say new.ndjson --baseline torn.audit
say new.ndjson --baseline new.ndjson
say new.ndjson --baseline none.audit
: > empty.audit; say new.ndjson --baseline empty.audit
say new.ndjson --state new.ndjson
say new.ndjson --state none/x.audit | tail -n 2
say new.ndjson --settings none.yaml
for bad in 'audit: 2' 'audit: 1
fail_on: [renamd]' 'audit: 1
silence: [{kind: renamed, until: 2026-13-01}]' 'audit: 1
silence: [{why: none}]' 'audit: 1
budget: {a: much}' 'audit: 1
silences: []' '[]' 'contract: 1'; do
  printf '%s\n' "$bad" > bad.yaml
  say new.ndjson --settings bad.yaml | tail -n 2
done
