# Mistakes in the call and in the file: one line each, with the mend.
try() { "$TAPEDECK" "$@" 2>&1 || echo "status $?"; }
cat > gates.yaml <<'END'
gates: 1
checks:
  build: {kind: custom, run: "true"}
  unit: {kind: tests, needs: [biuld], reads: {junit: j.xml}}
END
try validate --gates gates.yaml
try validate --gates none.yaml
try validate --strict --changed-since main
try validate --gates gates.yaml --follow
try validate --gates gates.yaml --accept later
try validate --gates gates.yaml --accept later --until soon
sed -i s/biuld/build/ gates.yaml
try validate --gates gates.yaml --check uint
try validate --gates gates.yaml --changed-since main
try validate --gates gates.yaml --baseline none.json
echo '{"baseline":1,' > half.json
try validate --gates gates.yaml --baseline half.json
echo '{"baseline":7}' > newer.json
try validate --gates gates.yaml --baseline newer.json
try validate --gates gates.yaml --report json=gates.yaml
try validate --gates gates.yaml --tape t --report json=t
: > t.tape.gz
try validate --gates gates.yaml --check build --tape t.tape.gz
try gates
try gates lnit
try gates schema gates.yaml
try gates init
try gates init none
touch Makefile
try gates init
try gates init
try gates lint
