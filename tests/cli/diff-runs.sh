# Chromium loads a page three times, and once it is not found: volatile ids and times,
# events that its processes tell in another order.
cd "$SOURCE/fixtures/runs" || exit 1
masks() { "$TAPEDECK" diff --suggest-masks "$@"; }
echo "-- two runs: what differs are ids and times, and no order"
masks chromium-1.tape.gz chromium-2.tape.gz > "$OLDPWD/two.yaml" && echo "all explained"
grep -e order: -e optional: "$OLDPWD/two.yaml" || echo "no order, nothing optional"
"$TAPEDECK" diff chromium-1.tape.gz chromium-2.tape.gz --masks "$OLDPWD/two.yaml"
echo "-- three: one of them came in another order, with an event more"
masks chromium-1.tape.gz chromium-2.tape.gz chromium-3.tape.gz > "$OLDPWD/three.yaml" && echo "all explained"
grep -e order: -e optional: "$OLDPWD/three.yaml" || echo "no order, nothing optional"
"$TAPEDECK" diff chromium-1.tape.gz chromium-3.tape.gz --masks "$OLDPWD/three.yaml"
echo "-- the page that was not found"
"$TAPEDECK" diff chromium-1.tape.gz chromium-404.tape.gz --masks "$OLDPWD/three.yaml" 2> /dev/null || echo "exit $?"
for run in chromium-*.tape.gz; do
    "$TAPEDECK" validate "$run" --contract std:cdp | head -n 1
done
