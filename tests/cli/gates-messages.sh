# What is said of a run of gates, on a pipe: no times, they differ.
cat > gates.yaml <<'END'
gates: 1
checks:
  build: {kind: custom, run: "true"}
  unit: {kind: tests, needs: [build], run: cp report.xml $OUT/j.xml, reads: {junit: $OUT/j.xml}}
  pack: {kind: custom, needs: [unit], run: "true"}
  docs: {kind: custom, run: no-such-program}
END
printf '%s\n' '<testsuite name="s" tests="2">' '<testcase name="a"/>' \
    '<testcase name="b"><failure message="1 is not 2"/></testcase>' '</testsuite>' > report.xml
"$TAPEDECK" validate --gates gates.yaml -j 2 2> talk || echo "status $?"
sed 's/ ([0-9.]* *[mun]*s)//' talk
"$TAPEDECK" validate --gates gates.yaml -j 2 -q 2> talk || echo "status $?"
cat talk
"$TAPEDECK" validate --gates gates.yaml --list
"$TAPEDECK" validate --gates gates.yaml --dry-run --check build
