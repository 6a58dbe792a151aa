#!/usr/bin/python3
"""An official suite of a protocol against td_echo (echo.c).

usage: suite.py TD_ECHO engine.io|socket.io

The suites are those of github.com/socketio: engine.io-protocol and
socket.io-protocol, in the folder that TD_PROTOCOL_SUITES names, or else in
shared/suites beside the checkout. They are run as they stand, from a folder
where their packages are found, but with the port that td_echo got instead of
3000, so that nothing else need be free.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGES = os.path.join(HERE, "node_modules")
BESIDE = os.path.join(HERE, "..", "..", "..", "shared", "suites")
SUITES = os.environ.get("TD_PROTOCOL_SUITES", BESIDE)
ADDRESS = "http://localhost:3000"
LIMIT = 560  # seconds

# The suites know moments of 5, 200 and 300 ms, which a busy machine misses; what
# the server does wrong, it does wrong each time.
RETRIES = 5

def skip(why):
    print("skipped: " + why)
    sys.exit(77)


def prepare(folder, source, port):
    """The suite in a folder of its own."""
    for name in ("package.json", "node-imports.js"):
        shutil.copy(os.path.join(source, name), folder)
    with open(os.path.join(source, "test-suite.js"), encoding="utf-8") as file:
        text = file.read()
    assert text.count(ADDRESS) == 1, "the suite's address is elsewhere"
    with open(os.path.join(folder, "test-suite.js"), "w",
              encoding="utf-8") as file:
        file.write(text.replace(ADDRESS, "http://127.0.0.1:%d" % port))
    os.symlink(PACKAGES, os.path.join(folder, "node_modules"))


def run_suite(echo, name, source):
    with tempfile.TemporaryDirectory() as folder, subprocess.Popen(
            [echo, "/%s/" % name, name], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE) as server:
        try:
            prepare(folder, source, json.loads(server.stdout.readline())["port"])
            return subprocess.run(
                ["node", os.path.join(PACKAGES, "mocha", "bin", "mocha"),
                 "--exit", "--fail-zero", "--retries", str(RETRIES),
                 "--timeout", "10000", "test-suite.js"], cwd=folder, check=False,
                timeout=LIMIT).returncode
        finally:
            server.stdin.close()
            server.wait(LIMIT)


def main():
    echo, name = sys.argv[1:]
    source = os.path.join(SUITES, name + "-protocol")
    if not os.path.isfile(os.path.join(source, "test-suite.js")):
        skip("there is no suite in %s; TD_PROTOCOL_SUITES names its folder"
             % os.path.normpath(source))
    if not os.path.isdir(PACKAGES):
        skip("the npm packages are not installed: run script/bootstrap")
    if not shutil.which("node"):
        skip("there is no node")
    sys.exit(1 if run_suite(echo, name, source) else 0)


main()
