# The example of docs/contract.md prints what the page says.
mkdir bin
ln -s "$TAPEDECK" bin/tapedeck
PATH="$PWD/bin:$PATH" python3 - <<'END'
import json, os, re, subprocess
page = open(os.environ["SOURCE"] + "/docs/contract.md", encoding="utf-8").read()
part = page[page.index("## The verdict as JSON"):]
script, said = (re.search("```%s\n(.*?)```" % kind, part, re.S).group(1)
                for kind in ("sh", "json"))
seen = subprocess.run(["sh", "-c", script], stdout=subprocess.PIPE).stdout
print(json.loads(seen) == json.loads(said), list(json.loads(seen)) == list(json.loads(said)))
keys = set(re.findall(r'"(\w+)":', said)) - {"pass", "vacuous", "open", "skipped", "flaky",
    "fail", "error", "input", "rules", "findings", "id", "what", "level", "rule",
    "expected", "found"}
print(sorted(key for key in keys if "`%s`" % key not in part))
END
