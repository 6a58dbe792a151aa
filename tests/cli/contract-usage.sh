# What to do must be said, and the schema of contracts needs no file.
"$TAPEDECK" contract check x || echo "exit $?"
"$TAPEDECK" contract lint || echo "exit $?"
"$TAPEDECK" contract schema x || echo "exit $?"
"$TAPEDECK" contract schema > schema.json
cmp schema.json "$SOURCE/docs/contract.schema.json" && echo the same
