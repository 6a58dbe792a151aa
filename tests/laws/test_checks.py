#!/usr/bin/python3
"""Each check finds its breach, and only that."""
import ast
import glob
import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import check_layers as law  # noqa: E402

HEADER = """/* core/x.h - a thing. */
#ifndef CORE_X_H
#define CORE_X_H

%s

#endif
"""


def run(tool, files, *arguments):
    """The lines of a check on a tree of {path: text}, and its exit status."""
    with tempfile.TemporaryDirectory() as root:
        subprocess.run(["git", "init", "-q", root], check=True)
        for path, text in files.items():
            path = os.path.join(root, path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        done = subprocess.run(
            [sys.executable, os.path.join(ROOT, "tools", tool), root,
             *arguments], stdout=subprocess.PIPE, check=False)
    return done.stdout.decode().strip().split("\n"), done.returncode


def returns_something(function):
    """Not counting functions within it."""
    todo = list(function.body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Return) and node.value:
            return True
        if not isinstance(node, (ast.FunctionDef, ast.Lambda, ast.ClassDef)):
            todo += ast.iter_child_nodes(node)
    return False


class Checks(unittest.TestCase):
    def test_no_help_is_a_case(self):
        """Functions that take a box alone are made tests of: one that returns
        something helps others, and would be a test that cannot fail."""
        cases = 0
        for path in glob.glob(os.path.join(ROOT, "tests", "*", "*.py")):
            with open(path, encoding="utf-8") as file:
                body = ast.parse(file.read()).body
            for f in (n for n in body if isinstance(n, ast.FunctionDef)):
                if ast.unparse(f.args) in ("box", "stage"):
                    cases += 1
                    self.assertFalse(returns_something(f), (path, f.name))
        self.assertGreater(cases, 100)

    def breaks(self, tool, files, expected, *arguments):
        lines, status = run(tool, files, *arguments)
        self.assertEqual(lines, [expected])
        self.assertEqual(status, 1)

    def holds(self, tool, files, *arguments):
        lines, status = run(tool, files, *arguments)
        self.assertEqual(status, 0, lines)

    def test_layers(self):
        self.holds("check_layers.py", {
            "core/x.h": "", "tape/x.h": "", "wire/http/y.h": "",
            "core/x.c": '#include "core/x.h"\n#include <stdio.h>\n',
            "tape/x.c": '#include "core/x.h"\n#include <zlib.h>\n',
            "wire/net/loop_epoll.c": "#include <libwebsockets.h>\n",
            "cli/main.c": '#include "tape/x.h"\n#include "wire/http/y.h"\n'})
        for files, expected in (
                ({"core/x.c": '#include "x.h"\n'},
                 'core/x.c:1: write "folder/file.h"'),
                ({"core/x.c": '\n#include "core/y.h"\n'},
                 "core/x.c:2: there is no core/y.h"),
                ({"core/x.c": '#include "core/y.c"\n', "core/y.c": ""},
                 "core/x.c:1: core/y.c is no header"),
                ({"wire/ws/x.c": '#include "wire/http/y_internal.h"\n',
                  "wire/http/y_internal.h": ""},
                 "wire/ws/x.c:1: wire/http/y_internal.h is the inner header of "
                 "another folder"),
                ({"lib/x.c": ""}, "lib/x.c: the law has no row for its folder"),
                ({"wire/mqtt/x.h": ""},
                 "wire/mqtt/x.h: the law has no row for its folder"),
                ({"core/x.c": "#include <ncurses.h>\n"},
                 "core/x.c:1: <ncurses.h> is no library of this house"),
                ({"core/a.h": '#include "core/b.h"\n',
                  "core/b.h": '#include "core/a.h"\n'},
                 "ring of modules: core/a -> core/b -> core/a"),
                ({"core/a.c": '#include "core/b.h"\n', "core/b.h": "",
                  "core/b.c": '#include "core/a_internal.h"\n',
                  "core/a_internal.h": ""},
                 "ring of modules: core/a -> core/b -> core/a")):
            self.breaks("check_layers.py", files, expected)

    def test_every_row_of_the_law(self):
        """A tree in which each row includes a header of every other one: what
        the row does not name is a breach, and nothing else."""
        rows = {row: [target.strip() for target in targets.split()]
                for row, targets in (line.split(":") for line in
                                     law.LAW_TEXT.strip().split("\n"))}
        rows = {row.strip(): targets for row, targets in rows.items()}
        files = {row + "/b.h": "" for row in rows}
        wanted = []
        for row, targets in rows.items():
            files[row + "/a.c"] = "".join('#include "%s/b.h"\n' % other
                                          for other in rows)
            wanted += ["%s/a.c:%d: %s may not include %s/b.h" % (
                row, line, row, other) for line, other in enumerate(rows, 1)
                if other != row and not any(
                    other == target or other.startswith(target + "/")
                    for target in targets)]
        lines, status = run("check_layers.py", files)
        self.assertEqual(sorted(lines), sorted(wanted))
        self.assertEqual(status, 1)
        # Nobody may include web/, not even cli/: it runs while building.
        self.assertEqual({line.split("/a.c")[0] for line in wanted}, set(rows))

    def test_every_library_of_the_law(self):
        for header, places in law.LIBRARIES.items():
            whole = header + ("x.h" if header.endswith("/") else "")
            text = "#include <%s>\n" % whole
            self.holds("check_layers.py",
                       {places[0].replace("*", "/x.c" if places[0].endswith(
                           "/*") else "_x.c").replace("//", "/"): text})
            self.breaks("check_layers.py", {"replayer/x.c": text},
                        "replayer/x.c:1: <%s> belongs to %s" %
                        (whole, ", ".join(places)))

    def test_the_law_has_no_ring(self):
        _, bad = law.read_law("core:\ntape: core wire\nwire: core\n")
        self.assertEqual(bad, ["the law: tape may not stand on wire, which is "
                               "not above it"])
        self.assertEqual(law.LAW_BREACHES, [])

    def test_symbols(self):
        files = {"core/a.c": "int wire_f(void); int td_a(void);\n"
                             "int td_a(void) { return wire_f(); }\n"
                             "int td_b(void); int td_b(void) { return 2; }\n"
                             "int sio_e(void); int sio_e(void) { return 2; }\n",
                 "wire/net/b.c": "int wire_f(void); int wire_g(void);\n"
                                 "int wire_f(void) { return wire_g(); }\n"
                                 "int wire_g(void) { return 1; }\n",
                 "tests/c.c": "int td_a(void); int main(void);\n"
                              "int main(void) { return td_a(); }\n",
                 "tests/fuzz/fuzz_d.c": "int x(void) { return td_b() + sio_e(); }\n"}
        with tempfile.TemporaryDirectory() as root:
            for path, text in files.items():
                for folder in (root, root + "/build/x.dir"):
                    os.makedirs(os.path.join(folder, os.path.dirname(path)),
                                exist_ok=True)
                with open(os.path.join(root, path), "w",
                          encoding="utf-8") as file:
                    file.write(text)
                if "fuzz" in path:
                    continue
                subprocess.run(["cc", "-c", os.path.join(root, path), "-o",
                                "%s/build/x.dir/%s.o" % (root, path)],
                               check=True)
            done = subprocess.run(
                [sys.executable, os.path.join(ROOT, "tools/check_symbols.py"),
                 root, root + "/build"], stdout=subprocess.PIPE, check=False)
        self.assertEqual(
            done.stdout.decode().splitlines(),
            ["core/a.c: core may not use wire_f() of wire/net/b.c",
             "wire/net/b.c: wire_g() is for this file alone: make it static",
             "core/a.c: sio_e() does not begin with td_"])
        self.assertEqual(done.returncode, 1)

    def test_size(self):
        body = "int f(int a)\n{\n%s}\n"
        self.holds("check_size.py", {"core/x.c": body % ("    a++;\n" * 77)})
        self.breaks("check_size.py", {"core/x.c": body % ("    a++;\n" * 78)},
                    "core/x.c:1: f() has 81 lines, 80 allowed")
        self.breaks("check_size.py",
                    {"core/x.c": "void g(int a, int b, int c,\n"
                                 "       void (*d)(int, int), int e, int f,\n"
                                 "       int g)\n{\n}\n"},
                    "core/x.c:1: g() has 7 parameters, 6 allowed")
        self.breaks("check_size.py", {"core/x.c": "\n" * 601},
                    "core/x.c: 601 lines, 600 allowed")

    def test_words(self):
        self.holds("check_words.py", {
            "core/x.c": '/* strcpy() */ const char *x = "strcpy(";\n'
                        "int my_rand(void);\n",
            "tests/a.sh": "# nothing sleeps here\necho sleep\n",
            "README.md": "https://example.org/ws /usr/bin/env\n"})
        _, status = run("check_words.py", {"README.md": "https://registry.example.org/ws\n"})
        self.assertEqual(status, 1)
        for text in ("strcpy(a, b);", "sprintf(a, b);", "x = rand();",
                     "gets(a);", "strcat(a, b);"):
            lines, status = run("check_words.py", {"core/x.c": text + "\n"})
            self.assertTrue(lines[0].startswith("core/x.c:1: banned function"))
            self.assertEqual(status, 1)
        self.breaks("check_words.py", {"core/x.c": "p = malloc(3);\n"},
                    "core/x.c:1: allocate through core/mem.h: malloc(")
        self.breaks("check_words.py", {"tests/x.c": "\nusleep(3);\n"},
                    "tests/x.c:2: a test waits for an event: usleep(")
        self.breaks("check_words.py", {"tests/x.sh": "a; sleep 0.1\n"},
                    "tests/x.sh:1: a test waits for an event")
        self.breaks("check_words.py", {"tests/x.py": "time.sleep(1)\n"},
                    "tests/x.py:1: a test waits for an event: time.sleep(")
        self.breaks("check_words.py", {"a.md": "in /home/me/src\n"},
                    "a.md:1: place of one machine: /home/m")
        self.breaks("check_words.py", {"a.json": "https://npm.corp.jfrog.io/\n"},
                    "a.json:1: place of one machine: https://npm.corp.jfrog"
                    ".io")
        self.breaks("check_words.py", {"core/x.c": "/* TODO */\n"},
                    "core/x.c:1: note to self: TODO")

    def test_headers(self):
        good = HEADER % "/* Counts. */\nint td_x(int a);\nint td_y(void);"
        self.holds("check_headers.py", {"core/x.h": good}, "cc")
        self.breaks("check_headers.py", {"core/x.h":
                                         HEADER % "int td_x(int a,\n  int b);"},
                    "core/x.h:5: td_x() is not documented")
        self.breaks("check_headers.py", {"core/x.h":
                                         HEADER % "/* A. */\nint td_x(int a);"
                                         "\n\nTD_CHECK struct y *td_y(void);"},
                    "core/x.h:8: td_y() is not documented")
        self.breaks("check_headers.py", {"core/y.h": good.replace("_X_H", "_Y_H")},
                    "core/y.h:1: does not start with /* core/y.h")
        lines, status = run("check_headers.py", {
            "core/x.h": HEADER % "/* Needs one. */\nsize_t td_x(void);"}, "cc")
        self.assertIn("core/x.h: does not compile alone", lines[0])
        self.assertEqual(status, 1)

    def test_alone(self):
        files = {
            "script/build": "script/bootstrap build\ncmake -G Ninja >x\n",
            "script/packages": "[build]\ncmake\ngcc\nlibc6-dev\nninja-build\n"
                               "pkg-config\n[test]\nlibcunit1-dev\n",
            "CMakeLists.txt": "cmake_minimum_required(VERSION 3.25)\n"
                              "project(x LANGUAGES C)\n"
                              "find_package(PkgConfig REQUIRED)\n"
                              "pkg_check_modules(CUNIT REQUIRED cunit)\n"}
        lines, status = run("check_alone.py", files, "script/build", ".")
        self.assertTrue(lines[0].startswith(
            "script/build: not with the packages that it installs: "), lines)
        self.assertTrue(any("ackage" in line and "'cunit'" in line
                            for line in lines), lines)
        self.assertEqual(status, 1)
        files["script/build"] = "script/bootstrap build test\ncmake -G Ninja\n"
        lines, status = run("check_alone.py", files, "script/build", ".")
        self.assertEqual(lines, [lines[0].split(":")[0] + ": none of the objects "
                                 "of script/build"])


if __name__ == "__main__":
    unittest.main()
