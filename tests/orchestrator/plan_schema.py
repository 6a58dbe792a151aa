#!/usr/bin/python3
"""The JSON Schema of plans is held to Ajv: the plans that this tree has and makes
fit, and what the loader refuses by shape does not; our own engine says the same.

usage: plan_schema.py ROOT TAPEDECK

Exit status 77: Ajv is not installed.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

# Beside a plan that is right: a key of the plan or of its task, and its value.
WRONG = [
    ("plan", 2), ("name", ""), ("pools", {"N": 1}), ("tasks", []),
    ("budget", {"wall": "0s"}), ("defaults", {"id": "b"}), ("what", 1),
    (0, {"id": "A"}), (0, {"run": []}), (0, {"retrys": {}}),
    (0, {"outputs": ["../a"]}), (0, {"outputs": [".tapedeck/a"]}),
    (0, {"outputs": ["./"]}), (0, {"inputs": ["/etc"]}), (0, {"inputs": ["."]}),
    (0, {"env": ["1A"]}),
    (0, {"timeout": "0s"}), (0, {"retry": {"attempts": 6}}),
    (0, {"approval": {}}), (0, {"log": "10X"}), (0, {"phase": 5}),
]


def pages(root):
    """The plans that docs/plan.md shows."""
    with open(os.path.join(root, "docs/plan.md"), encoding="utf-8") as file:
        blocks = re.findall(r"^```yaml\n(.*?)^```", file.read(), re.M | re.S)
    return [block for block in blocks if block.startswith("plan:")]


def made(tapedeck, home):
    """A plan of each blueprint, from a specification without answers."""
    for name in ("rest-c", "lib-c", "cli-c"):
        spec = os.path.join(home, name + ".spec.json")
        subprocess.run([tapedeck, "spec", "API for wine", "--spec", spec],
                       check=True, cwd=home, capture_output=True)
        yield subprocess.run(
            [tapedeck, "plan", "generate", "--spec", spec, "--blueprint",
             name], check=True, cwd=home, capture_output=True,
            text=True).stdout


def write(home, name, text):
    path = os.path.join(home, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def good(root, tapedeck, home):
    """Paths of JSON documents of plans."""
    texts = pages(root) + list(made(tapedeck, home))
    assert len(texts) >= 4, "there are few plans"
    for i, text in enumerate(texts):
        path = write(home, "plan%d.yaml" % i, text)
        plan = subprocess.run(
            [tapedeck, "plan", "show", path, "--format", "json"], check=True,
            capture_output=True, text=True).stdout
        yield write(home, "good%d.json" % i, plan)


def bad(home):
    for i, (key, value) in enumerate(WRONG):
        plan = {"plan": 1, "tasks": [{"id": "a", "run": "x"}]}
        if key == 0:
            plan["tasks"][0].update(value)
        else:
            plan[key] = value
        yield write(home, "bad%d.json" % i, json.dumps(plan))


def main():
    root, tapedeck = sys.argv[1:]
    script = os.path.join(root, "tests/reports/ajv.mjs")
    schema = os.path.join(root, "docs/plan.schema.json")
    if not os.path.isdir(os.path.join(root, "tests/reports/node_modules/ajv")):
        sys.exit(77)
    with tempfile.TemporaryDirectory() as home:
        files = {path: "good" for path in good(root, tapedeck, home)}
        files.update((path, "bad") for path in bad(home))
        said = subprocess.run(["node", script, schema, *files], check=True,
                              capture_output=True, text=True).stdout
        wants = "".join("%s %s\n" % (files[path], path) for path in files)
        assert said == wants, said
        for path, is_good in files.items():
            ours = subprocess.run(
                [tapedeck, "validate", path, "--schema", schema],
                capture_output=True, check=False).returncode
            lints = subprocess.run([tapedeck, "plan", "lint", path],
                                   capture_output=True, check=False).returncode
            assert (ours, lints) == ((0, 0) if is_good == "good" else (1, 2)), (
                path, ours, lints)


if __name__ == "__main__":
    main()
