#!/bin/sh
# usage: tools/count_instructions.sh DIR
# Counts the instructions (callgrind) that build/release/tapedeck executes for
# some short jobs, into DIR/JOB.calls. They are the same on a busy machine. DIR is
# relative to the tree, since callgrind names what it counts by the command.
set -eu
cd "$(dirname "$0")/.."
deck=build/release/tapedeck
out=$1
tools/steps.sh "$deck" "$out" 5000

count() {
    job=$1
    shift
    valgrind -q --tool=callgrind --callgrind-out-file="$out/$job.calls" \
        $deck "$@" > "$out/$job.text"
}
count validate validate -q -j 1 "$out/steps.tape.gz" --contract "$out/steps.yaml"
count cat cat "$out/steps.tape.gz"
count report report fixtures/verdicts/full.json -o html="$out/p.html" \
    -o junit="$out/p.xml" -o sarif="$out/p.sarif" -o markdown="$out/p.md"
