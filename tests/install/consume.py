#!/usr/bin/python3
"""Run a program that prints a URL and serves events there; print their data.

usage: consume.py PROGRAM ARGUMENTS...
"""
import subprocess
import sys
import urllib.request


def main(command):
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        try:
            url = program.stdout.readline().strip()
            request = urllib.request.Request(
                url, headers={"Accept": "text/event-stream"})
            with urllib.request.urlopen(request, timeout=240) as stream:
                for line in stream:
                    if line.startswith(b"data: "):
                        print(line[6:].decode().rstrip("\n"))
            return program.wait(timeout=240)
        finally:
            program.kill()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
