#!/usr/bin/env python3
"""Run the benchmarks side by side with their peers and print the ratios.

usage: bench/run.py [--rounds N] [--events N] [--doc FILE] [BAR...]

BAR is the name of one, or "stream" or "validate" for all of a kind. Every bar of
bench/bars.py and bench/bars_validate.py has sides: functions that run a program once and
return one number. A round runs every side in turn, so that a busy machine
disturbs all of them alike; what counts is the median of the rounds and the
ratio of the medians. Results go to build/bench/results.json, and with --doc
as a Markdown table of each kind into that file, between marker lines.
"""
import argparse
import json
import os
import platform
import statistics
import sys
import time

import bars
import bars_audit
import bars_console
import bars_gates
import bars_run
import bars_serve
import bars_talk
import bars_validate

BEGIN = "<!-- results of {}: made by script/bench -->"
END = "<!-- end of results -->"


def measure(bar, bench, rounds):
    values = {name: [] for name in bar.sides}
    for turn in range(min(rounds, bar.rounds or rounds)):
        for name, side in bar.sides.items():
            values[name].append(side(bench))
            print(f"  {bar.name} round {turn + 1} {name}: {values[name][-1]:,.6g} {bar.unit}",
                  file=sys.stderr)
    sides = {}
    for name, seen in values.items():
        middle = statistics.median(seen)
        spread = (max(seen) - min(seen)) / middle if middle else 0.0
        sides[name] = {"median": middle, "spread": spread, "values": seen}
    ours, peer = list(sides)[:2] if len(sides) > 1 else (list(sides)[0], None)
    ratio = sides[ours]["median"] / (sides[peer]["median"] if peer else 1.0)
    reached = ratio >= bar.limit if bar.higher else ratio <= bar.limit
    return {"bar": bar.name, "what": bar.what, "unit": bar.unit, "sides": sides,
            "ratio": ratio, "limit": bar.limit, "higher": bar.higher, "reached": reached}


def machine():
    model = "unknown CPU"
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        for line in info:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return f"{os.cpu_count()} x {model}, Linux {platform.release().split('-')[0]}"


def number(value):
    if value >= 1e6:
        return f"{value / 1e6:.2f} M"
    if value >= 1e3:
        return f"{value / 1e3:.1f} k"
    return f"{value:.3g}"


def table(results):
    rows = ["| bar | work | median of each side (spread) | ratio | asked | reached |",
            "|---|---|---|---|---|---|"]
    for r in results:
        sides = "; ".join(f"{name} {number(s['median'])} {r['unit']} (±{s['spread'] * 50:.0f} %)"
                          for name, s in r["sides"].items())
        rows.append(f"| {r['bar']} | {r['what']} | {sides} | {r['ratio']:.2f} | "
                    f"{'>=' if r['higher'] else '<='} {r['limit']:g} | "
                    f"{'yes' if r['reached'] else '**no**'} |")
    return "\n".join(rows)


def write_doc(path, kind, text):
    with open(path, encoding="utf-8") as f:
        doc = f.read()
    head, rest = doc.split(BEGIN.format(kind), 1)
    tail = rest.split(END, 1)[1]
    with open(path, "w", encoding="utf-8") as f:
        f.write(f"{head}{BEGIN.format(kind)}\n{text}\n{END}{tail}")


KINDS = {"stream": bars.BARS, "validate": bars_validate.BARS,
         "gates": bars_gates.BARS, "run": bars_run.BARS,
         "serve": bars_serve.BARS, "console": bars_console.BARS,
         "talk": bars_talk.BARS, "audit": bars_audit.BARS}


def choose(names):
    """The bars of these names and kinds; all without any."""
    every = [bar for kind in KINDS.values() for bar in kind]
    known = {bar.name: [bar] for bar in every} | KINDS
    for name in names:
        if name not in known:
            sys.exit(f"bench: no bar named {name}; there are {', '.join(sorted(known))}")
    wanted = {bar.name for name in names for bar in known[name]}
    return [bar for bar in every if not names or bar.name in wanted]


def main():
    args = argparse.ArgumentParser(description="Tapedeck's benchmarks, side by side with peers")
    args.add_argument("--rounds", type=int, default=5)
    args.add_argument("--events", type=int, default=1_000_000)
    args.add_argument("--doc")
    args.add_argument("bars", nargs="*")
    opts = args.parse_args()
    chosen = choose(opts.bars)
    bench = bars.Bench(opts.events)
    results = [measure(bar, bench, opts.rounds) for bar in chosen]
    said = f"{machine()}, {time.strftime('%Y-%m-%d')}, {opts.rounds} rounds, {opts.events:,} events"
    print(said + "\n\n" + table(results))
    with open(bench.path("results.json"), "w", encoding="utf-8") as out:
        json.dump({"machine": said, "results": results}, out, indent=1)
    for kind, members in KINDS.items():
        names = {bar.name for bar in members}
        rows = [r for r in results if r["bar"] in names]
        if opts.doc and rows:
            write_doc(opts.doc, kind, said + "\n\n" + table(rows))


if __name__ == "__main__":
    main()
