# Every example of docs/contract-rules.md says what the page says, and there is
# one for each verb.
python3 - <<'END'
import json, os, re, subprocess
page = open(os.environ["SOURCE"] + "/docs/contract-rules.md", encoding="utf-8").read()
verbs = set(re.findall(r"X\((\w+)\)", open(os.environ["SOURCE"] + "/validator/rule.h").read()))
count = 0
for block in re.findall(r"```\n(rule .*?)```", page, re.S):
    parts = {}
    for line in block.splitlines():
        if line[:8].strip():
            name = line[:8].strip()
            parts[name] = []
        parts[name].append(line[8:])
    open("c.yaml", "w").write("contract: 1\nrules:\n- " + "\n- ".join(parts["rule"]) + "\n")
    open("run.ndjson", "w").write("\n".join(parts["stream"]) + "\n")
    done = subprocess.run([os.environ["TAPEDECK"], "validate", "--contract", "c.yaml",
        "run.ndjson"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    said = [line[2:] for line in done.stdout.splitlines()[1:]
        if not line.lstrip().startswith("show:")]
    if said != parts["says"]:
        print("\n".join(parts["rule"] + ["page:"] + parts["says"] + ["seen:"] + said))
    verbs -= set(re.findall(r"(\w+):", parts["rule"][0]))
    count += 1
print(count > 20, sorted(verbs - {"name"}))
END
