#!/usr/bin/python3
"""What a person reads on the page is what tests/web/texts.txt says.

usage: texts.py td_page [--bless]

Of pages of every kind without scripts: each text and each label, once. Of the
scripts, that of the page that plays a tape, too: each literal that has a blank
in it or begins with a capital letter.
--bless writes the file anew: read the diff.
"""
import difflib
import glob
import html.parser
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
KNOWN = os.path.join(HERE, "texts.txt")
SCENES = ("pass", "fail", "flaky", "lossy", "lint", "empty", "odd", "errors",
          "tests", "counted")
LABELS = ("title", "aria-label", "placeholder", "alt", "data-l")
LITERAL = re.compile(r"'((?:[^'\\\n]|\\.)*)'|\"((?:[^\"\\\n]|\\.)*)\"")
COMMENT = re.compile(r"/\*.*?\*/|^\s*//[^\n]*", re.S | re.M)


class Texts(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []
        self.mute = None

    def handle_starttag(self, tag, attrs):
        if tag in ("script", "style"):
            self.mute = tag
        self.found += [value for name, value in attrs if name in LABELS and value]

    def handle_endtag(self, tag):
        if tag == self.mute:
            self.mute = None

    def handle_data(self, data):
        if not self.mute:
            self.found.append(data)


def of_page(program, scene, path):
    subprocess.run([program, scene, path], check=True, timeout=240)
    texts = Texts()
    with open(path, encoding="utf-8") as file:
        texts.feed(file.read())
    return texts.found


def is_said(literal):
    return re.match(r"[A-Z][a-z]", literal) or re.search(r"[a-z] |[a-z]+ [a-z]", literal)


def of_script(*rooms):
    paths = [path for room in rooms
             for path in glob.glob(os.path.join(HERE, "../../web", room, "*.js"))]
    for path in sorted(paths):
        with open(path, encoding="utf-8") as file:
            code = COMMENT.sub("", file.read())
        for match in LITERAL.finditer(code):
            literal = match[1] if match[1] is not None else match[2]
            if is_said(literal):
                yield literal


def once(texts):
    """Each where it came first: blanks folded, # for a number, with a word in it."""
    folded = (re.sub(r"\d+(\.\d+)?", "#", " ".join(text.split())) for text in texts)
    return list(dict.fromkeys(text for text in folded if re.search(r"[^\W\d_]{3}", text)))


def seen(program):
    yield "# The page, without scripts"
    with tempfile.TemporaryDirectory() as home:
        found = []
        for scene in SCENES:
            found += of_page(program, scene, os.path.join(home, "page.html"))
    yield from once(found)
    yield "# Its script"
    yield from once(of_script("report", "core"))
    yield "# The script of the page that plays a tape"
    yield from once(of_script("player", "data"))


def main(program, *how):
    lines = [line + "\n" for line in seen(program)]
    if "--bless" in how:
        with open(KNOWN, "w", encoding="utf-8") as out:
            out.writelines(lines)
        return 0
    with open(KNOWN, encoding="utf-8") as file:
        known = file.readlines()
    changed = list(difflib.unified_diff(known, lines, "texts.txt", "seen", n=0))
    sys.stdout.writelines(changed)
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
