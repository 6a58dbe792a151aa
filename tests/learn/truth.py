#!/usr/bin/python3
"""How good learned contracts are where the truth is known, beside a plain miner.

usage: truth.py TAPEDECK [--json]

A source makes good runs and knows whether a run is one: executions (the contract
of fixtures/contracts), streams of std:ag-ui and std:anthropic-messages, and state
machines drawn by chance. Of each, ten runs are learned from, by `learn` and by a
miner of pairs (what is first, what is last, which event is always before or behind
which other), and

  right    of the rules that were written, those that 40 further good runs keep
  passed   of these runs, those that keep everything
  caught   of runs with a fault (an event that is missing, comes twice or changes
           places; a number, a name or an id that is another one) that the source
           refuses, those that are refused, too

Without --json it fails if `learn` is not as good as BARS.
"""
import copy
import json
import os
import random
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "fixtures", "make", "execution"))
import base  # noqa: E402 - made-up executions

LEARNED, FURTHER, BAD = 10, 40, 100
BARS = {"right": 0.95, "passed": 0.95, "caught": 0.9}  # of all sources together
OF = {"right": "rules", "passed": "runs", "caught": "faults"}


# --- what makes good runs -----------------------------------------------------

class Execution:
    name = "execution contract"
    contract = os.path.join(ROOT, "fixtures", "contracts", "execution.contract.yaml")
    said = "/data"

    @staticmethod
    def run(rng):
        waves = [rng.randint(2, 6) for _ in range(rng.randint(2, 5))]
        total = sum(waves)
        cuts = sorted(rng.sample(range(1, total), min(4, total - 1)))
        phases = [b - a for a, b in zip([0, *cuts], [*cuts, total])]
        odd = rng.randint(2, 4)
        events = base.run(phases, waves, lambda task: task % odd == 0,
                          gap=rng.choice([500, 1000, 2000]),
                          failing=[n for n in range(1, total + 1) if rng.random() < 0.08],
                          retried=[n for n in range(1, total + 1) if rng.random() < 0.1])
        return [{"type": e["type"], "timestamp": base.stamp(e["at"]), "data": e["data"]}
                for e in events]


class Agent:
    name = "std:ag-ui"
    contract = "std:ag-ui"
    said = ""

    @staticmethod
    def run(rng):
        ids = iter(rng.sample(range(1000, 9999), 60))
        run = {"threadId": "thread-%d" % next(ids), "runId": "run-%d" % next(ids)}
        out = [{"type": "RUN_STARTED", **run}]
        for _ in range(rng.randint(3, 8)):
            if rng.random() < 0.3:
                step = {"stepName": rng.choice(["plan", "look", "write"])}
                out.append({"type": "STEP_STARTED", **step})
            else:
                step = None
            if rng.random() < 0.6:
                one = {"messageId": "msg-%d" % next(ids)}
                out.append({"type": "TEXT_MESSAGE_START", **one, "role": "assistant"})
                out += [{"type": "TEXT_MESSAGE_CONTENT", **one, "delta": rng.choice("abcde") * 3}
                        for _ in range(rng.randint(1, 5))]
                out.append({"type": "TEXT_MESSAGE_END", **one})
            else:
                one = {"toolCallId": "call-%d" % next(ids)}
                out.append({"type": "TOOL_CALL_START", **one, "toolCallName": rng.choice(["find", "read"])})
                out += [{"type": "TOOL_CALL_ARGS", **one, "delta": rng.choice("{}[]")}
                        for _ in range(rng.randint(1, 4))]
                out.append({"type": "TOOL_CALL_END", **one})
                out.append({"type": "TOOL_CALL_RESULT", **one, "messageId": "msg-%d" % next(ids),
                            "content": "ok"})
            if step:
                out.append({"type": "STEP_FINISHED", **step})
        return [*out, {"type": "RUN_FINISHED", **run}]


class Answer:
    name = "std:anthropic-messages"
    contract = "std:anthropic-messages"
    said = ""

    @staticmethod
    def run(rng):
        out = [{"type": "message_start", "message": {
            "id": "msg_%d" % rng.randint(1000, 9999), "type": "message", "role": "assistant",
            "content": [], "model": "m", "stop_reason": None, "stop_sequence": None,
            "usage": {"input_tokens": rng.randint(5, 90), "output_tokens": 1}}}]
        for index in range(rng.randint(1, 5)):
            out.append({"type": "content_block_start", "index": index,
                        "content_block": {"type": "text", "text": ""}})
            for _ in range(rng.randint(1, 6)):
                if rng.random() < 0.1:
                    out.append({"type": "ping"})
                out.append({"type": "content_block_delta", "index": index,
                            "delta": {"type": "text_delta", "text": rng.choice("abcde")}})
            out.append({"type": "content_block_stop", "index": index})
        out.append({"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None},
                    "usage": {"output_tokens": rng.randint(5, 90)}})
        return [*out, {"type": "message_stop"}]


class Machine:
    """Jobs side by side; each goes from its start to its end by steps of a graph."""
    contract = None
    said = ""

    def __init__(self, seed):
        rng = random.Random(seed)
        names = ["s%d" % i for i in range(rng.randint(4, 7))]
        self.name = "state machine %d" % seed
        self.start, self.end = names[0], names[-1]
        self.next = {a: {b} for a, b in zip(names, names[1:])}
        for _ in range(rng.randint(1, 3)):
            a, b = rng.sample(names[:-1], 2)
            self.next[a].add(b)
        self.next[self.end] = set()

    def run(self, rng):
        jobs = {"job-%d" % n: None for n in range(rng.randint(10, 20))}
        out = []
        while jobs:
            job = rng.choice(sorted(jobs))
            at = jobs[job]
            jobs[job] = rng.choice(sorted(self.next[at])) if at else self.start
            out.append({"type": jobs[job], "job": job, "load": rng.randint(1, 50)})
            if jobs[job] == self.end:
                del jobs[job]
            if rng.random() < 0.1:
                out.append({"type": "beat"})
        return out

    def takes(self, events):
        jobs = {}
        for event in events:
            if set(event) - {"type", "job", "load"}:
                return False
            if event["type"] == "beat":
                continue
            if "job" not in event or "load" not in event:
                return False
            at = jobs.get(event["job"])
            if event["type"] not in (self.next[at] if at else {self.start}):
                return False
            jobs[event["job"]] = event["type"]
        return all(at == self.end for at in jobs.values())


# --- faults -------------------------------------------------------------------

def places(value, kind, path=()):
    """Where there are numbers or names, at any depth."""
    members = value.items() if isinstance(value, dict) else \
        enumerate(value) if isinstance(value, list) else ()
    for key, inner in members:
        number = isinstance(inner, (int, float)) and not isinstance(inner, bool)
        if (kind == "number" and number) or (kind == "rename" and isinstance(key, str)) or \
                (kind == "foreign" and isinstance(inner, str) and re.search("[0-9]$", inner)):
            yield (*path, key)
        yield from places(inner, kind, (*path, key))


def spoil(rng, events, kind):
    out = copy.deepcopy(events)
    at = rng.randrange(len(out))
    if kind == "drop":
        del out[at]
    elif kind == "twice":
        out.insert(at, copy.deepcopy(out[at]))
    elif kind == "swap":
        other = rng.randrange(len(out))
        out[at], out[other] = out[other], out[at]
    else:
        found = [p for p in places(out[at], kind) if p != ("type",)]
        if not found:
            return None
        *way, last = rng.choice(found)
        inner = out[at]
        for key in way:
            inner = inner[key]
        if kind == "number":
            inner[last] += 1
        elif kind == "foreign":
            inner[last] += "7"
        else:
            inner[last + "_"] = inner.pop(last)
    return out if out != events else None


# --- judging --------------------------------------------------------------------

def write(path, events):
    with open(path, "w", encoding="utf-8") as out:
        out.writelines(json.dumps(event) + "\n" for event in events)
    return path


def verdicts(deck, contract, paths):
    """Of each: the ids of rules that fail."""
    done = subprocess.run([deck, "validate", *paths, "--contract", contract, "--json"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    said = [json.loads(line) for line in done.stdout.decode().splitlines()]
    said = [one for one in said if one.get("verdict")]
    if len(said) != len(paths):
        raise SystemExit("truth: %s: %s" % (contract, done.stderr.decode()[:400]))
    return [[rule["id"] for rule in one["rules"] if rule["outcome"] == "fail" and
             rule["level"] == "error"] for one in said]


def bad_runs(deck, source, rng, folder):
    """Runs with a fault that the source refuses."""
    kinds = ["drop", "twice", "swap", "number", "rename", "foreign"]
    paths = []
    for n in range(4 * BAD):
        events = spoil(rng, source.run(rng), kinds[n % len(kinds)])
        if events and not (isinstance(source, Machine) and source.takes(events)):
            paths.append(write("%s/bad-%03d.ndjson" % (folder, n), events))
    if source.contract:
        seen = verdicts(deck, source.contract, paths)
        paths = [path for path, failed in zip(paths, seen) if failed]
    return paths[:BAD]


# --- the plain miner ---------------------------------------------------------------

def pairs(runs):
    """Rules of what is first and last, and of each two events."""
    names = [[event["type"] for event in run] for run in runs]
    rules = []
    for verb, end in (("first", 0), ("last", -1)):
        if len({run[end] for run in names}) == 1:
            rules.append("%s: %s" % (verb, names[0][end]))
    words = sorted({name for run in names for name in run})
    for a in words:
        for b in words:
            both = [run for run in names if a in run and b in run]
            if a == b or len(both) < 5:
                continue
            if all(a in run[:run.index(b)] for run in names if b in run):
                rules.append("before: [%s, %s]" % (a, b))
            if all(b in run[len(run) - run[::-1].index(a):] for run in names if a in run):
                rules.append("response: {trigger: %s, expect: %s}" % (a, b))
    return rules


def write_pairs(path, source, runs):
    with open(path, "w", encoding="utf-8") as out:
        out.write("contract: 1\nunknown: ignore\nstream: {name: /type%s}\nrules:\n" %
                  (", data: " + source.said if source.said else ""))
        out.writelines("- {id: r%d, %s}\n" % rule for rule in enumerate(pairs(runs)))


def judge(deck, contract, good, bad):
    with open(contract, encoding="utf-8") as text:
        ids = set(re.findall(r"^- \{id: ([^,]+),", text.read(), re.M))
    failed = verdicts(deck, contract, good)
    wrong = {rule for run in failed for rule in run if rule in ids}
    return {"rules": len(ids), "right": len(ids) - len(wrong),
            "runs": len(good), "passed": failed.count([]),
            "faults": len(bad), "caught": sum(map(bool, verdicts(deck, contract, bad))),
            "wrong": sorted(wrong)}


def compare(deck, source, seed, folder):
    rng = random.Random(seed)
    learned = [source.run(rng) for _ in range(LEARNED)]
    paths = [write("%s/run-%d.ndjson" % (folder, n), run) for n, run in enumerate(learned)]
    good = [write("%s/good-%d.ndjson" % (folder, n), source.run(rng)) for n in range(FURTHER)]
    if source.contract:
        broken = [path for path, failed in zip(good, verdicts(deck, source.contract, good)) if failed]
        if broken:
            raise SystemExit("truth: %s refuses a run that was to be good" % source.contract)
    bad = bad_runs(deck, source, rng, folder)
    ours, plain = folder + "/learned.yaml", folder + "/pairs.yaml"
    subprocess.run([deck, "learn", *paths, "-o", ours], check=True)
    write_pairs(plain, source, learned)
    return {"learn": judge(deck, ours, good, bad), "pairs": judge(deck, plain, good, bad)}


def main():
    deck = sys.argv[1]
    out, bad = {}, []
    for seed, source in enumerate([Execution, Agent, Answer, *map(Machine, range(1, 6))]):
        with tempfile.TemporaryDirectory() as folder:
            out[source.name] = compare(deck, source, seed, folder)
    if "--json" in sys.argv:
        print(json.dumps(out))
        return 0
    print("%-24s %-6s %12s %12s %12s" % ("", "", "rules right", "runs passed", "caught"))
    for name, sides in out.items():
        for side, seen in sides.items():
            print("%-24s %-6s %5d of %3d %6d of %2d %5d of %3d  %s" % (
                name, side, seen["right"], seen["rules"], seen["passed"], seen["runs"],
                seen["caught"], seen["faults"], " ".join(seen["wrong"][:3])))
    for side in ("learn", "pairs"):
        whole = {what: sum(one[side][what] for one in out.values())
                 for what in ("rules", "right", "runs", "passed", "faults", "caught")}
        print("%-24s %-6s %10.1f %% %10.1f %% %10.1f %%" % ("all", side, *(
            100 * whole[what] / whole[of] for what, of in OF.items())))
        bad += ["%s is below %g" % (what, BARS[what]) for what, of in OF.items()
                if side == "learn" and whole[what] < BARS[what] * whole[of]]
    print("\n".join(bad))
    return 1 if bad else 0


sys.exit(main())
