# A plan is made by a blueprint, tells every default, and is the same every time.
try() { echo "\$ tapedeck $*"; "$TAPEDECK" "$@" 2>&1 || echo "status $?"; }
try plan
try plan genrate
try plan generate
try plan generate x
"$TAPEDECK" spec -q "API for wine"
try plan generate -o plan.yaml
try plan generate -o plan.yaml --json
head -n 20 plan.yaml
echo '# by hand' > mine.yaml
try plan generate -o mine.yaml
try plan generate -q -o fresh.yaml --render out
echo '# by hand' > out/README.md
try plan generate -o other.yaml --render out
cat mine.yaml out/README.md
[ -e other.yaml ] || echo 'no other.yaml'
try plan generate -q -o mine.yaml --render out --overwrite
cmp mine.yaml plan.yaml && grep -c hand out/README.md || echo replaced
"$TAPEDECK" plan generate -q > again.yaml
cmp plan.yaml again.yaml && echo the same
"$TAPEDECK" plan generate -q -o plan.json
"$TAPEDECK" plan generate -q --json > again.json
cmp plan.json again.json && echo the same
(cd / && TZ=Asia/Kolkata LC_ALL=C.UTF-8 "$TAPEDECK" plan generate -q --spec "$OLDPWD/.tapedeck/spec.json") | cmp - plan.yaml && echo the same
try plan generate --blueprint rest-d -o x
try plan generate --blueprint xyz -o x
try plan generate --blueprint ./mine -o x
"$TAPEDECK" spec -q answer data "int(name: text)"
try plan generate -o x
"$TAPEDECK" spec -q answer data "wine(name: text), wine_api(name: text)"
try plan generate -o x
"$TAPEDECK" spec -q --replace "mobile app"
try plan generate -o x
