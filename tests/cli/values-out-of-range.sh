# What is written as it should be, and is too much: told as that, with the most.
# Units of a time go down, each once.
try() { "$TAPEDECK" "$@" < /dev/null 2>&1 || echo "exit $?"; }
for option in "--max-size 99999999T" "--max-size 99999999999999999999999" \
    "--max-size 1G1M" "--split 99999999T" "--split 99999999d" "--split 1h1h" \
    "--max-duration 99999999d" "--max-duration 1h1h" "--max-duration 2h1m3h" \
    "--chunk-size 5M" "--chunk-size 99999999T" "--chunk-size 0" \
    "--max-message 129M"; do
    try record - -o x.tape.gz $option
done
