#!/usr/bin/python3
"""Official clients (owner.mjs) against td_echo (echo.c) with TLS.

usage: owner.py TD_ECHO
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
LIMIT = 240  # seconds


def certificate(folder):
    subprocess.run(
        ("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1"
         " -nodes -days 2 -keyout key.pem -out cert.pem -subj /CN=localhost"
         " -addext subjectAltName=DNS:localhost,IP:127.0.0.1").split(),
        cwd=folder, check=True, stderr=subprocess.DEVNULL)
    return [os.path.join(folder, name) for name in ("cert.pem", "key.pem")]


def main():
    if not shutil.which("node") or not os.path.isdir(
            os.path.join(HERE, "node_modules")):
        print("skipped: the npm packages are not installed: run "
              "script/bootstrap")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        cert, key = certificate(folder)
        with subprocess.Popen([sys.argv[1], "/socket.io/", "socket.io", cert,
                               key], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as server:
            try:
                port = json.loads(server.stdout.readline())["port"]
                status = subprocess.run(
                    ["node", os.path.join(HERE, "owner.mjs"),
                     "https://127.0.0.1:%d" % port, cert], check=False,
                    timeout=LIMIT).returncode
            finally:
                server.stdin.close()
            status = server.wait(LIMIT) or status
    sys.exit(1 if status else 0)


main()
