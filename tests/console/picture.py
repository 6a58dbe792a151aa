"""Screens with escape sequences as pictures, by Chromium."""
import html
import os
import re
import subprocess
import tempfile

COLORS = ["#2e3436", "#cc0000", "#4e9a06", "#c4a000", "#3465a4", "#75507b",
          "#06989a", "#d3d7cf"]


def style(codes):
    rules = []
    for code in codes:
        if code == 1:
            rules.append("font-weight:bold")
        elif code == 2:
            rules.append("opacity:.55")
        elif code == 7:
            rules.append("filter:invert(1)")
        elif 30 <= code <= 37:
            rules.append("color:" + COLORS[code - 30])
        elif 90 <= code <= 97:
            rules.append("color:" + COLORS[code - 90])
    return ";".join(rules)


def page(screen):
    out, codes = [], []
    for part in re.split(r"(\x1b\[[0-9;]*m)", screen.replace("\x0f", "")):
        found = re.fullmatch(r"\x1b\[([0-9;]*)m", part)
        if not found:
            out.append('<span style="%s">%s</span>' % (style(codes),
                                                       html.escape(part)))
            continue
        for code in (int(c or 0) for c in found.group(1).split(";")):
            codes = [] if code == 0 else \
                [c for c in codes if not (code == 39 and c >= 30)] + [code]
    return ('<meta charset="utf-8"><body style="background:#111;color:#d3d7cf;'
            'margin:8px"><pre style="font:14px/18px DejaVu Sans Mono,monospace">'
            + "".join(out) + "</pre>")


def render(folder, name, screen):
    os.makedirs(folder, exist_ok=True)
    lines = screen.split("\n")
    columns = max(40, *(len(line) for line in re.sub(
        r"\x1b\[[0-9;]*m", "", screen).split("\n")))
    with tempfile.TemporaryDirectory() as scratch:
        source = os.path.join(scratch, "page.html")
        with open(source, "w", encoding="utf-8") as f:
            f.write(page(screen))
        subprocess.run(
            ["chromium-headless-shell", "--no-sandbox", "--disable-gpu",
             "--hide-scrollbars", "--user-data-dir=" + scratch,
             "--window-size=%d,%d" % (columns * 9 + 20, len(lines) * 18 + 30),
             "--screenshot=" + os.path.abspath(
                 os.path.join(folder, name + ".png")), "file://" + source],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=240,
            check=True)


def to(folder):
    return lambda name, screen: render(folder, name, screen)
