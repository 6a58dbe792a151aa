/* What git diff says, in all the forms it has. */
#include "tests/suites.h"
#include "validator/gates/git.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *diff;
    const char *seen; /* path<old:from-to,from-to; of each file */
} rows[] = {
    {"", ""},
    {"diff --git a/x.c b/x.c\nindex 1..2 100644\n--- a/x.c\n+++ b/x.c\n"
     "@@ -1 +1,2 @@ int\n-a\n+b\n+c\n@@ -9,0 +11 @@\n+d\n",
     "x.c:1-2,11-11;"},
    {"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -3,2 +2,0 @@\n-a\n-b\n", "x:;"},
    {"diff --git a/a b b/a b\n--- a/a b\t\n+++ b/a b\t\n@@ -0,0 +1 @@\n+x\n",
     "a b:1-1;"},
    {"diff --git \"a/t\\tq\\\"\" \"b/t\\tq\\\"\"\n--- \"a/t\\tq\\\"\"\n"
     "+++ \"b/t\\tq\\\"\"\n@@ -0,0 +1 @@\n+x\n",
     "t\tq\":1-1;"},
    {"diff --git \"a/\\303\\244\" \"b/\\303\\244\"\n--- /dev/null\n"
     "+++ \"b/\\303\\244\"\n@@ -0,0 +1 @@\n+x\n",
     "\xc3\xa4:1-1;"},
    {"diff --git a/o b/n\nsimilarity index 90%\nrename from o\nrename to n\n"
     "--- a/o\n+++ b/n\n@@ -2 +2 @@\n-a\n+b\n",
     "n<o:2-2;"},
    {"diff --git a/o b/n\nsimilarity index 100%\nrename from o\nrename to n\n",
     "n<o:;"},
    {"diff --git a/m b/m\nindex 1..2 160000\n--- a/m\n+++ b/m\n@@ -1 +1 @@\n"
     "-Subproject commit 1\n+Subproject commit 2\n",
     "m:;"},
    {"diff --git a/m b/m\nnew file mode 160000\nindex 0..2\n--- /dev/null\n"
     "+++ b/m\n@@ -0,0 +1 @@\n+Subproject commit 2\n",
     "m:;"},
    {"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n--- a/y\n"
     "+++ b/z\n\\ No newline at end of file\n@@ -7,0 +8 @@\n+@@ -1 +1 @@\n",
     "x:1-1,8-8;"},
    {"diff --git a/x b/x\ndeleted file mode 100644\n--- a/x\n+++ /dev/null\n"
     "@@ -1 +0,0 @@\n-a\n",
     ":;"},
    {"diff --git a/p.png b/p.png\nBinary files a/p.png and b/p.png differ\n",
     "p.png:all;"},
    {"diff --git a/a and b b/a and b\nindex 1..2 100644\n"
     "Binary files a/a and b and b/a and b differ\n",
     "a and b:all;"},
    {"diff --git a/n b/n\nnew file mode 100644\nindex 0..2\n"
     "Binary files /dev/null and \"b/n\\tn\" differ\n",
     "n\tn:all;"},
    {"diff --git a/1234567 b/1234567\ndeleted file mode 100644\n"
     "Binary files a/1234567 and /dev/null differ\n",
     ":;"},
    {"diff --git a/o b/new\nsimilarity index 90%\nrename from o\n"
     "rename to new\nBinary files a/o and b/new differ\n",
     "new<o:all;"},
    {"hello\n", NULL},
    {"diff --git a/x b/x\n@@ nonsense\n", NULL},
};

static void show(char *out, size_t size, const struct gates_changes *c)
{
    size_t len = 0;

    out[0] = '\0';
    for (size_t i = 0; i < c->len; i++) {
        const struct gates_change *f = &c->list[i];

        len += (size_t)snprintf(out + len, size - len, "%s%s%s:%s", f->path,
                                f->old ? "<" : "", f->old ? f->old : "",
                                f->all ? "all" : "");
        for (size_t k = 0; k < f->len; k++)
            len +=
                (size_t)snprintf(out + len, size - len, "%s%d-%d", k ? "," : "",
                                 (int)f->lines[k].from, (int)f->lines[k].to);
        len += (size_t)snprintf(out + len, size - len, ";");
    }
}

static void lines_are_those_that_were_added(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_arena arena = {0};
        struct gates_changes changes = {0};
        char seen[300];
        enum td_code code =
            gates_diff_read(&changes, &arena, td_text(rows[i].diff), NULL);

        CU_ASSERT_EQUAL(code, rows[i].seen ? TD_OK : TD_TOOL);
        show(seen, sizeof(seen), &changes);
        if (rows[i].seen)
            CU_ASSERT_STRING_EQUAL(seen, rows[i].seen);
        td_arena_release(&arena);
    }
}

/* Two lines in place of line 2, line 5 gone, one more behind line 7. */
static void lines_are_followed_through_a_diff(void)
{
    static const char diff[] = "diff --git a/x b/x\n--- a/x\n+++ b/x\n"
                               "@@ -2 +2,2 @@\n-b\n+B\n+C\n"
                               "@@ -5 +5,0 @@\n-e\n"
                               "@@ -7,0 +8 @@\n+n\n"
                               "@@ -9,2 +11,2 @@\n-i\n-j\n+I\n+J\n";
    static const struct {
        uint64_t old;
        uint64_t from; /* 0: it is gone */
        uint64_t to;
        uint64_t back; /* of `to` */
    } lines[] = {{1, 1, 1, 1},    {2, 2, 3, 0},    {3, 4, 4, 3}, {5, 0, 0, 0},
                 {6, 6, 6, 6},    {7, 7, 7, 7},    {8, 9, 9, 8}, {9, 11, 11, 0},
                 {10, 12, 12, 0}, {11, 13, 13, 11}};
    struct td_arena arena = {0};
    struct gates_changes changes = {0};

    CU_ASSERT_EQUAL_FATAL(
        gates_diff_read(&changes, &arena, td_text(diff), NULL), TD_OK);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct verdict_range now = {0};
        bool there = gates_change_forward(changes.list, lines[i].old, &now);

        CU_ASSERT_EQUAL(there, lines[i].from > 0);
        if (!there)
            continue;
        CU_ASSERT_EQUAL(now.from, lines[i].from);
        CU_ASSERT_EQUAL(now.to, lines[i].to);
        CU_ASSERT_EQUAL(gates_change_back(changes.list, now.to), lines[i].back);
    }
    CU_ASSERT_EQUAL(gates_change_back(changes.list, 8), 0);
    td_arena_release(&arena);
}

CU_TestInfo validator_gates_diff_tests[] = {
    {"lines are followed through a diff", lines_are_followed_through_a_diff},
    {"lines are those that were added", lines_are_those_that_were_added},
    CU_TEST_INFO_NULL,
};
