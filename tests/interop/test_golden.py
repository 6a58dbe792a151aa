#!/usr/bin/python3
"""Runs of one program on the official Socket.IO server as a golden test, and runs
of two versions of it beside each other."""
import json
import os

import rig


def record(scene, name, **options):
    server = scene.peer("sio_build_server.mjs", **options)
    scene.tapedeck("record", server.url("sio"), "-o", name).finish(0)
    server.end_input()
    server.finish()
    return name


def said(process, status):
    """Its stdout, when it has ended so."""
    return [line for line in process.finish(status) if line]


def masked(scene):
    """Two runs, and the masks that they need."""
    one = record(scene, "one.tape.gz")
    two = record(scene, "two.tape.gz")
    said(scene.tapedeck("diff", one, two), 1)
    masks = said(scene.tapedeck("diff", "--suggest-masks", one, two), 0)
    scene.write("masks.yaml", "\n".join(masks) + "\n")
    return one, two


def check_good_runs_are_the_same(scene):
    one, two = masked(scene)
    held = record(scene, "three.tape.gz")
    for other in (two, held):
        lines = said(scene.tapedeck("diff", one, other, "--masks",
                                    "masks.yaml"), 0)
        rig.true(lines[0].startswith("same"), lines[0])


def check_a_planted_change_is_two_lines(scene):
    one, _ = masked(scene)
    planted = record(scene, "planted.tape.gz", size=9999, skip=4)
    lines = said(scene.tapedeck("diff", one, planted, "--masks",
                                "masks.yaml"), 1)
    rig.true("1 changed, 1 missing" in lines[0], lines[0])
    changes = [line for line in lines[1:]
               if line.startswith(("  changed", "  missing", "  extra",
                                   "  moved"))]
    rig.same(len(changes), 2)
    rig.true(any("artifact_created" in line and "/data/size" in line
                 and "1070 -> 9999" in line for line in changes), changes)
    rig.true(any(line.startswith("  missing") and "progress_update" in line
                 for line in changes), changes)


def check_it_is_a_golden(scene):
    masked(scene)
    os.mkdir(scene.path("goldens"))
    for name, to in (("one.tape.gz", "build.golden.tape.gz"),
                     ("masks.yaml", "build.masks.yaml")):
        os.rename(scene.path(name), scene.path(os.path.join("goldens", to)))
    scene.write("goldens/build.golden.yaml",
                "golden: 1\nrun: {command: [none]}\n")
    good = record(scene, "good.tape.gz")
    scene.tapedeck("test", "goldens", "--tape", good).finish(0)
    bad = record(scene, "bad.tape.gz", size=1)
    lines = said(scene.tapedeck("test", "goldens", "--tape", bad), 1)
    rig.true(any("/data/size" in line and "1070 -> 1" in line
                 for line in lines), lines)


def check_two_versions(scene):
    old = [record(scene, "old%d.tape.gz" % n) for n in range(2)]
    new = [record(scene, "new%d.tape.gz" % n, version=2) for n in range(2)]
    against = [word for name in old for word in ("--against", name)]
    audit = json.loads(json.dumps(
        scene.tapedeck("audit", *new, *against, "--json").finish(0)[0]))
    found = {(one["kind"], one["event"], one["path"], one.get("to", ""))
             for one in audit["remarks"] if one["needs_you"]}
    rig.same(found, {
        ("renamed", "artifact_created", "/data/size", "/data/size_bytes"),
        ("retyped", "progress_update", "/data/took", "")})
    rig.true(("added", "cache_used") in {(one["kind"], one["event"])
                                         for one in audit["remarks"]}, "added")
    compatible = audit["compatibility"]
    rig.same(compatible["class"], "none")
    rig.same({proof["event"] for proof in compatible["forward"]["proofs"]},
             {"artifact_created", "progress_update"})
    # What was kept of the old tapes says the same.
    scene.tapedeck("audit", *old, "--state", "old.audit").finish(0)
    again = scene.tapedeck("audit", *new, "--baseline", "old.audit",
                           "--json").finish(0)[0]
    rig.same(again, audit)
    # A contract of the old runs takes them, and none of the new.
    scene.tapedeck("learn", *old, "-o", "old.yaml").finish(0)
    scene.tapedeck("validate", record(scene, "held.tape.gz"), "--contract",
                   "old.yaml").finish(0)
    scene.tapedeck("validate", new[0], "--contract", "old.yaml").finish(1)


if __name__ == "__main__":
    rig.main(globals())
