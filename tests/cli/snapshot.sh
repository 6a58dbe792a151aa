# Outputs are kept, and put back: those and nothing else.
cat > plan.yaml <<'END'
plan: 1
name: shots
tasks:
- {id: a, run: "true", outputs: [a.txt, "gen/*.c"]}
- {id: b, run: "true", outputs: [d/]}
END
try() { echo "\$ snapshot $*"; "$TAPEDECK" snapshot "$@" 2>&1 || echo "status $?"; }
hide() { sed -E 's/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z/TIME/g; s/[0-9]{8}-[0-9]{6}/STAMP/g'; }
try list
ls -A
mkdir gen d; echo one > a.txt; echo 1 > gen/x.c; echo 2 > d/y; echo other > kept.txt
try create plan.yaml one
try create plan.yaml one
try create plan.yaml ../one
try create plan.yaml | hide
try list | hide
try list --json | hide
try show one
echo two > a.txt; rm gen/x.c; echo new > gen/z.c; chmod +x d/y; echo else > kept.txt
try show 1
try show one --json | hide
try rollback one
cat a.txt
try rollback one --yes
cat a.txt kept.txt; ls gen; test -x d/y || echo "not executable"
try rollback one --yes
try rollback 9 --yes
try show nine | hide
try delete 1
try delete 1 --yes
try list | hide
echo junk > .tapedeck/snapshots/bad
try show bad
try delete bad --yes
try undo
try show
sed -i '2i workspace: new' plan.yaml
try create plan.yaml
