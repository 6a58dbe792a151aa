#!/usr/bin/python3
"""Runs of programs that nobody here wrote, beside each other: Node's test runner, and
cargo, where it is installed. What differs in any two runs is masked by what two of
them show; a change that was planted is found."""
import json
import os
import shutil

import rig

rig.SECONDS = 120  # compilers, beside everything else that runs
BUILD = os.path.join(rig.HERE, "..", "..", "fixtures", "make", "build")


def said(process, *statuses):
    """Its stdout, when it has ended with one of these."""
    lines = process.rest()
    code = process.child.wait(timeout=rig.SECONDS)
    rig.true(code in statuses, "%s ended with %d\n%s" % (process.name, code, process.stderr()))
    return [line for line in lines if line]


def masks_of(scene, one, two):
    """The masks that two good runs need, as a file; whether they explain all."""
    lines = said(scene.tapedeck("diff", "--suggest-masks", one, two), 0, 1)
    scene.write("masks.yaml", "\n".join(map(str, lines)) + "\n")
    left = said(scene.tapedeck("diff", one, two, "--masks", "masks.yaml"), 0, 1)
    explained = not any("# not explained" in str(line) for line in lines)
    rig.same(left[0].startswith("same"), explained)
    return explained


def differences(scene, one, other):
    lines = said(scene.tapedeck("diff", one, other, "--masks", "masks.yaml", "--json"), 0, 1)
    return [line for line in lines if line["kind"] != "summary"]


def same_as_itself(scene, tape):
    lines = said(scene.tapedeck("diff", tape, tape), 0)
    rig.true(lines[0].startswith("same"), lines[0])


# --- node --test -----------------------------------------------------------------

def tests_of_node(scene, name, text):
    """The suite is in one folder, so that what it says of itself is the same."""
    scene.write("suite.test.mjs", text)
    scene.tapedeck("record", "-o", name, "--", "node", "--test-reporter=" +
                   os.path.join(BUILD, "reporter.mjs"), "suite.test.mjs").finish()
    return name


def check_node_test(scene):
    with open(os.path.join(BUILD, "suite.mjs"), encoding="utf-8") as file:
        suite = file.read()
    one, two, held = [tests_of_node(scene, "%d.tape.gz" % n, suite) for n in range(3)]
    same_as_itself(scene, one)
    rig.true(masks_of(scene, one, two), "two runs explain what differs")
    rig.same(differences(scene, one, held), [])
    planted = tests_of_node(scene, "planted.tape.gz", suite.replace("arithmetic ", "algebra ", 1))
    found = differences(scene, one, planted)
    rig.true(any("algebra" in json.dumps(one) for one in found), found[:3])


# --- cargo -------------------------------------------------------------------------

def crate_built(scene, name, unused):
    for path, text in (("Cargo.toml", '[package]\nname = "crate"\nversion = "0.1.0"\nedition = "2021"\n'),
                       ("src/bin/one.rs", "fn %s() {}\nfn main() {}\n" % unused),
                       ("src/bin/two.rs", "fn main() { let x = 1; }\n")):
        os.makedirs(os.path.dirname(scene.path("crate/" + path)), exist_ok=True)
        scene.write("crate/" + path, text)
    shutil.rmtree(scene.path("crate/target"), ignore_errors=True)
    scene.tapedeck("record", "-o", name, "--name", "/reason", "--", "cargo", "build", "--offline",
                   "--message-format=json", "--manifest-path", "crate/Cargo.toml").finish(0)
    return name


def check_cargo(scene):
    if not shutil.which("cargo"):
        print("cargo is not installed")
        return
    one, two, held = [crate_built(scene, "%d.tape.gz" % n, "unused") for n in range(3)]
    same_as_itself(scene, one)
    masks_of(scene, one, two)
    planted = crate_built(scene, "planted.tape.gz", "forgotten")
    found = differences(scene, one, planted)
    rig.true(any(difference["event"] == "compiler-message" for difference in found), found[:3])
    for tape in (one, two, held, planted):
        scene.tapedeck("validate", tape, "--contract", "std:cargo").finish(0)


if __name__ == "__main__":
    rig.main(globals())
