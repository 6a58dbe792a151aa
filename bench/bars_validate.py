"""The bars of `tapedeck validate`, beside ajv and the native JSON Schema CLI.

ajv does what one writes in Node: gunzip, split into lines, JSON.parse, validate.
The CLI is the native program of npm's @sourcemeta/jsonschema, started without
Node. All three get the same schema and the same events; we check the order of
events besides. Nothing here needs the network.
"""
import json
import os
import platform
import subprocess
import time

import datasets
import validate_data
from bars import LIMIT_S, ROOT, Bar, node

LONG = 10_000_000
SHORT = 100_000
MANY = 600_000


def core(command):
    """On one core."""
    return ["taskset", "-c", str(min(os.sched_getaffinity(0))), *command]


def cli():
    machine = {"x86_64": "x86_64", "aarch64": "arm64"}[platform.machine()]
    return os.path.join(ROOT, "bench", "node_modules", "@sourcemeta", "jsonschema", "build",
                        "github-releases", f"jsonschema-linux-{machine}")


def files(bench):
    return validate_data.write_all(bench.path("."))


def seconds(bench, command):
    start = time.monotonic()
    bench.run(command)
    return time.monotonic() - start


def gzipped(bench):
    """The events as .ndjson.gz, as small as a tape is."""
    path = bench.ndjson() + ".gz"
    if not os.path.exists(path):
        with open(path + ".part", "wb") as out:
            bench.run(["gzip", "-1", "-c", bench.ndjson()], stdout=out)
        os.rename(path + ".part", path)
    return path


def tape_of(bench, count):
    """A tape of so many events, without a file of their text."""
    path = bench.path(f"events-{count}.tape.gz")
    if not os.path.exists(path):
        with subprocess.Popen([bench.program("gen_events"), str(count), "7"],
                              stdout=subprocess.PIPE) as events:
            bench.run([bench.deck, "record", "-", "-q", "--overwrite", "-o", path + ".part"],
                      stdin=events.stdout)
        os.rename(path + ".part", path)
    return path


def check(bench, tape):
    paths = files(bench)
    return [bench.deck, "validate", "-q", tape, "--schema", paths["stream.json"],
            "--contract", paths["order.contract.yaml"]]


# --- P1: a tape with a schema and rules of order -----------------------------

def ours(wrap):
    return lambda bench: bench.events / seconds(bench, wrap(check(bench, bench.tape())))


def ajv(bench):
    out = bench.run(core(node("ajv_stream.mjs", files(bench)["stream.json"], gzipped(bench))))
    seen = json.loads(out)
    if seen["events"] != bench.events or seen["invalid"]:
        raise SystemExit(f"bench: ajv says {seen}")
    return seen["events"] / seen["seconds"]


def native_stream(bench):
    """A part of the events: it keeps all of them in memory."""
    path = bench.path(f"events-{SHORT}.jsonl")
    if not os.path.exists(path):
        with open(bench.ndjson(), encoding="utf-8") as text, open(path, "w", encoding="utf-8") as out:
            out.writelines(next(text) for _ in range(SHORT))
    took = seconds(bench, core([cli(), "validate", files(bench)["stream.json"], path, "--fast"]))
    return SHORT / took


def jobs(number):
    def side(bench):
        return bench.events / seconds(bench, [*check(bench, bench.tape()), "--jobs", str(number)])
    return side


def floor(bench):
    """What inflating and parsing the same tape takes, when nothing is checked."""
    seen = json.loads(bench.run(core([bench.program("inflate_dom"), bench.tape()])))
    if seen["lines"] < bench.events:
        raise SystemExit(f"bench: inflate_dom says {seen}")
    return bench.events / seen["seconds"]


def peak(count):
    return lambda bench: bench.peak_mib(check(bench, tape_of(bench, count)),
                                        stdout=subprocess.DEVNULL)


# --- P10: ten million as fast as a hundred thousand ---------------------------

def rate(count, times):
    def side(bench):
        command = core(check(bench, tape_of(bench, count)))
        return count / min(seconds(bench, command) for _ in range(times))
    return side


# --- rules, and a oneOf of many events ----------------------------------------

def rules_cost(bench):
    """Seconds that twenty rules take beyond the scan, for a million events."""
    tape = bench.tape()
    scan = seconds(bench, core([bench.deck, "validate", "-q", tape]))
    rules = seconds(bench, core([bench.deck, "validate", "-q", tape, "--contract",
                                 files(bench)["rules.contract.yaml"]]))
    return max(rules - scan, 0.0) * 1e6 / bench.events


def many(schema):
    def side(bench):
        path = bench.path(f"many-{MANY}.ndjson")
        if not os.path.exists(path):
            validate_data.write_many(bench.ndjson(), path, MANY)
            os.rename(path + ".part", path)
        return MANY / seconds(bench, core([bench.deck, "validate", "-q", path,
                                           "--schema", files(bench)[schema]]))
    return side


# --- public schemas with real instances ----------------------------------------

def refused_by_cli(schema, path):
    done = subprocess.run([cli(), "validate", schema, path, "--fast", "--continue"],
                          capture_output=True, timeout=LIMIT_S, check=False)
    return {int(line.rsplit("#", 1)[1].rstrip(")")) for line in done.stderr.decode().splitlines()
            if line.startswith("fail: ") and "(entry #" in line}


def accepted(bench, name, path):
    """The lines of a file that all who are measured accept."""
    schema = datasets.schema(name)
    done = subprocess.run([bench.deck, "validate", "--json", "--max-findings", "1000000",
                           "--schema", schema, path], capture_output=True, timeout=LIMIT_S,
                          check=False)
    bad = {finding["seq"] for finding in json.loads(done.stdout)["findings"]}
    if name != BESIDE_AJV:
        bad |= refused_by_cli(schema, path)
    with open(path, encoding="utf-8") as lines:
        return [line for number, line in enumerate(lines, 1) if number not in bad]


def instances(bench, name):
    path = bench.path("set-" + name.lower().replace(" ", "-") + ".jsonl")
    if not os.path.exists(path):
        with open(path + ".all.jsonl", "w", encoding="utf-8") as out:
            out.writelines(datasets.lines(name))
        datasets.write(accepted(bench, name, path + ".all.jsonl"), path)
    return path


def public(name, command):
    def side(bench):
        path = instances(bench, name)
        took = seconds(bench, core(command(bench, datasets.schema(name), path)))
        return os.path.getsize(path) / 1e6 / took
    return side


# The CLI says no to some of these at one time and yes at another, and has crashed.
BESIDE_AJV = "GitHub webhooks"


def ajv_public(bench):
    path = instances(bench, BESIDE_AJV)
    out = bench.run(core(node("ajv_stream.mjs", datasets.schema(BESIDE_AJV), path)))
    seen = json.loads(out)
    if seen["invalid"]:
        raise SystemExit(f"bench: ajv says {seen}")
    return os.path.getsize(path) / 1e6 / seen["seconds"]


def set_bar(number, name):
    sides = {"tapedeck validate": public(name, lambda b, schema, path: [
        b.deck, "validate", "-q", "--schema", schema, path])}
    if name == BESIDE_AJV:
        sides["ajv"] = ajv_public
    else:
        sides["jsonschema --fast"] = public(name, lambda b, schema, path: [
            cli(), "validate", schema, path, "--fast"])
    peer = list(sides)[1]
    return Bar(f"V{number}", f"schema of {name}, real instances; {peer}", "MB/s", sides, 1)


BARS = [
    Bar("P1", "validate a tape by schema and order on one core; ajv", "events/s",
        {"tapedeck validate": ours(core), "ajv": ajv}, 10),
    Bar("P1 cores", "the same on all cores; ajv", "events/s",
        {"tapedeck validate": ours(list), "ajv": ajv}, 20),
    Bar("P1 jobs", "the same with two jobs; with one", "events/s",
        {"two jobs": jobs(2), "one job": jobs(1)}, 1.7),
    Bar("P1 floor", "the same on one core; ISA-L and simdjson's DOM, nothing checked", "events/s",
        {"tapedeck validate": ours(core), "inflate + DOM": floor}, 1.25),
    Bar("P1 native", "the same on one core; the native CLI", "events/s",
        {"tapedeck validate": ours(core), "jsonschema --fast": native_stream}, 1),
    Bar("P1 memory", f"validate {LONG:,} events, at most", "MiB",
        {"tapedeck validate": peak(LONG)}, 64, False, 1),
    Bar("P1 flat", f"memory for {LONG:,} events; for {SHORT:,}", "MiB",
        {"tapedeck, long": peak(LONG), "tapedeck, short": peak(SHORT)}, 1.1, False, 1),
    Bar("P10", f"validate {LONG:,} events on one core; {SHORT:,}", "events/s",
        {"tapedeck, long": rate(LONG, 1), "tapedeck, short": rate(SHORT, 5)}, 0.9, True, 3),
    Bar("V rules", "20 rules over a million events beyond the scan", "s",
        {"tapedeck validate": rules_cost}, 1, False),
    Bar("V oneOf", "a oneOf of 50 events; a single schema", "events/s",
        {"oneOf": many("many.json"), "single": many("single.json")}, 1 / 1.3),
    *(set_bar(number, name) for number, name in enumerate(datasets.SETS, 1)),
]
