"""A journal of as many events as one likes: that of a real execution of one
task, with artifacts put in before its end.

    long_journal.write(tapedeck, folder, 50000)     # FOLDER/.tapedeck/x1

The execution has ended well and keeps its contract; cut=True leaves it as
kill -9 would, with its task under way.
"""
import gzip
import json
import os
import subprocess

PLAN = """plan: 1
name: long
tasks:
- {id: one, run: "echo 1 > one.txt", outputs: [one.txt]}
"""


def lines_of(path):
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file][:-1]  # without its end


def artifact(line, number):
    """Another like it, as the text of a line but for "s" and "seq"."""
    data = dict(line["json"]["data"], artifact_id="x1/task_001/%d" % number,
                file_path="f%d" % number, artifact_name="f%d" % number)
    return dict(line, json=dict(line["json"], data=data))


def is_plain(line):
    return "ev" in line and "k" not in line


def count_artifacts(lines, count):
    for line in lines:
        data = line.get("json", {}).get("data", {})
        if "artifacts_created" in data:
            data["artifacts_created"] = count
    return lines


def spread(lines, count, cut):
    """The lines with that many artifacts, and the rest behind them."""
    at = [n for n, line in enumerate(lines)
          if line.get("ev") == "artifact_created"][0]
    yield from lines[:at + 1]
    for number in range(2, count + 1):
        yield artifact(lines[at], number)
    if not cut:
        yield from count_artifacts(lines[at + 1:], count)


def write(tapedeck, folder, count, cut=False):
    with open(os.path.join(folder, "plan.yaml"), "w", encoding="utf-8") as file:
        file.write(PLAN)
    subprocess.run([tapedeck, "run", "plan.yaml"], cwd=folder, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    path = os.path.join(folder, ".tapedeck", "x1.tape.gz")
    lines = lines_of(path)
    seq = place = 0
    with gzip.open(path, "wt", compresslevel=1, encoding="utf-8") as file:
        for line in spread(lines, count, cut):
            if "s" in line:
                place += 1
                line["s"] = place
            if is_plain(line):
                seq += 1
                line["json"]["data"]["seq"] = seq
            file.write(json.dumps(line, separators=(",", ":")) + "\n")
        if not cut:
            file.write('{"end":{"how":"clean","events":%d,"last":%d,"lost":0}}\n'
                       % (place, lines[-1]["t"]))
    return seq
