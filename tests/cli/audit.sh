# What streams are like, and what has changed between the dialects of one.
cd "$SOURCE/fixtures" || exit 1
say() { echo "\$ tapedeck audit $*"; "$TAPEDECK" audit "$@" 2>&1 || echo "exit $?"; }
say tapes/socketio-build.tape.gz
say tapes/socketio-build.tape.gz -v | sed -n '/progress_update/,/price/p'
say execution/good/seed.ndjson execution/good/doc.ndjson execution/good/clean.ndjson
say execution/good/doc.ndjson --against execution/good/seed.ndjson -v | grep -v '^    '
say execution/good/clean.ndjson --against execution/good/doc.ndjson -v | grep -v '^    '
say tapes/socketio-build.tape.gz --json | head -c 600
C=contracts/execution.contract.yaml
say execution/good/clean.ndjson --contract $C -v | grep -v '^    '
say execution/good/doc.ndjson --contract $C
say execution/good/doc.ndjson --contract $C --dialect doc
say tapes/cargo-build.tape.gz --contract std:cargo
say execution/good/doc.ndjson --dialect doc
