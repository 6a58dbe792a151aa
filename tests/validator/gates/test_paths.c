/* Which file of the project a report means. */
#include "core/fs.h"
#include "tests/suites.h"
#include "validator/gates/paths.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const files[] = {"a.c", "src/b.c", "src/lib/c.c", "sub/b.c"};
static const char *const folders[] = {"src", "src/lib", "sub"};

static const struct {
    const char *raw; /* "ROOT" at the beginning stands for the project */
    const char *path;
} rows[] = {
    {"a.c", "a.c"},
    {"./a.c", "a.c"},
    {"src/../a.c", "a.c"},
    {"b.c", "src/b.c"}, /* under dir: */
    {"lib/c.c", "src/lib/c.c"},
    {"c.c", "src/lib/c.c"}, /* under a root */
    {"src\\lib\\c.c", "src/lib/c.c"},
    {"ROOT/src/b.c", "src/b.c"},
    {"file://ROOT/src/b.c", "src/b.c"},
    {"C:\\nowhere\\b.c", NULL},
    {"example.org/m/src/b.c", "src/b.c"}, /* a package of Go; there is no git */
    {"/etc/passwd", NULL},
    {"../../../../../../etc/passwd", NULL},
    {"src", NULL}, /* a folder */
    {"none.c", NULL},
    {"", NULL},
    {"link.c", NULL}, /* leads out of the project */
};

struct scene {
    char root[PATH_MAX];
    struct gates_paths *paths;
};

static void place(const struct scene *s, char *out, size_t size,
                  const char *name)
{
    (void)snprintf(out, size, "%s/%s", s->root, name);
}

static void put(const struct scene *s, const char *name, const char *text)
{
    char path[PATH_MAX + 32];

    place(s, path, sizeof(path), name);
    CU_ASSERT_EQUAL(td_fs_replace(path, td_text(text), NULL), TD_OK);
}

static void begin(struct scene *s)
{
    char made[] = "/tmp/td_paths_XXXXXX";
    char path[PATH_MAX + 32];

    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(made));
    CU_ASSERT_PTR_NOT_NULL_FATAL(realpath(made, s->root));
    for (size_t i = 0; i < 3; i++) {
        place(s, path, sizeof(path), folders[i]);
        CU_ASSERT_EQUAL(mkdir(path, 0755), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        place(s, path, sizeof(path), files[i]);
        CU_ASSERT_EQUAL(td_fs_replace(path, td_text("one\r\ntwo\n\nend"), NULL),
                        TD_OK);
    }
    place(s, path, sizeof(path), "link.c");
    CU_ASSERT_EQUAL(symlink("/etc/passwd", path), 0);
    s->paths = gates_paths_new(s->root);
}

static void end(struct scene *s)
{
    char path[PATH_MAX + 32];

    gates_paths_free(s->paths);
    place(s, path, sizeof(path), "link.c");
    (void)unlink(path);
    for (size_t i = 0; i < 4; i++) {
        place(s, path, sizeof(path), files[i]);
        (void)unlink(path);
    }
    for (size_t i = 3; i-- > 0;) {
        place(s, path, sizeof(path), folders[i]);
        (void)rmdir(path);
    }
    (void)rmdir(s->root);
}

/* The row with the project's directory in place of ROOT. */
static void fill(const struct scene *s, char *out, size_t size, const char *raw)
{
    const char *root = strstr(raw, "ROOT");

    if (!root)
        (void)snprintf(out, size, "%s", raw);
    else
        (void)snprintf(out, size, "%.*s%s%s", (int)(root - raw), raw, s->root,
                       root + 4);
}

static void a_path_means_a_file_of_the_project(void)
{
    const char *root = "src/lib";
    const struct verdict_words roots = {&root, 1};
    struct scene s;
    char raw[PATH_MAX + 32];

    begin(&s);
    gates_paths_from(s.paths, "src", &roots);
    for (unsigned twice = 0; twice < 2; twice++)
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
            const char *seen;

            fill(&s, raw, sizeof(raw), rows[i].raw);
            seen = gates_paths_find(s.paths, td_text(raw));
            CU_ASSERT_STRING_EQUAL(seen ? seen : "none",
                                   rows[i].path ? rows[i].path : "none");
        }
    gates_paths_from(s.paths, "sub", &(struct verdict_words){0});
    CU_ASSERT_STRING_EQUAL(gates_paths_find(s.paths, td_text("b.c")),
                           "sub/b.c");
    end(&s);
}

/* It is on this machine, but no copy: it is as long as the project's. */
static void another_file_of_that_name_is_none(void)
{
    struct scene s;
    char other[] = "/tmp/td_other_XXXXXX";
    char raw[PATH_MAX + 32];
    enum gates_path_how how;

    begin(&s);
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(other));
    (void)snprintf(raw, sizeof(raw), "%s/a.c", other);
    for (unsigned same = 0; same < 2; same++) {
        const char *seen;

        CU_ASSERT_EQUAL(
            td_fs_replace(raw, td_text(same ? "one\r\ntwo\n\nend" : "one"),
                          NULL),
            TD_OK);
        gates_paths_from(s.paths, NULL, &(struct verdict_words){0});
        seen = gates_paths_guess(s.paths, td_text(raw), &how);
        CU_ASSERT_STRING_EQUAL(seen ? seen : "none", same ? "a.c" : "none");
        CU_ASSERT_EQUAL(how, GATES_PATH_SURE);
    }
    (void)unlink(raw);
    (void)rmdir(other);
    end(&s);
}

static void lines_are_without_their_ends(void)
{
    struct scene s;
    uint64_t lines;

    begin(&s);
    CU_ASSERT(td_bytes_is(gates_paths_line(s.paths, "a.c", 1, &lines), "one"));
    CU_ASSERT_EQUAL(lines, 4);
    CU_ASSERT(td_bytes_is(gates_paths_line(s.paths, "a.c", 2, NULL), "two"));
    CU_ASSERT(td_bytes_is(gates_paths_line(s.paths, "a.c", 3, NULL), ""));
    CU_ASSERT(td_bytes_is(gates_paths_line(s.paths, "a.c", 4, NULL), "end"));
    CU_ASSERT(td_bytes_is(gates_paths_line(s.paths, "a.c", 5, NULL), ""));
    CU_ASSERT(td_bytes_is(gates_paths_line(s.paths, "a.c", 0, NULL), ""));
    CU_ASSERT(td_bytes_is(gates_paths_line(s.paths, "none", 1, &lines), ""));
    CU_ASSERT_EQUAL(lines, 0);
    end(&s);
}

/* A command of a gate may change a source, as a formatter does. */
static void the_next_gate_sees_what_changed(void)
{
    struct scene s;

    begin(&s);
    gates_paths_from(s.paths, ".", &(struct verdict_words){0});
    CU_ASSERT(td_bytes_is(gates_paths_line(s.paths, "a.c", 1, NULL), "one"));
    put(&s, "a.c", "ONE\n");
    CU_ASSERT(td_bytes_is(gates_paths_line(s.paths, "a.c", 2, NULL), "two"));
    gates_paths_from(s.paths, ".", &(struct verdict_words){0});
    CU_ASSERT(td_bytes_is(gates_paths_line(s.paths, "a.c", 1, NULL), "ONE"));
    CU_ASSERT(td_bytes_is(gates_paths_line(s.paths, "a.c", 2, NULL), ""));
    gates_paths_from(s.paths, ".", &(struct verdict_words){0});
    CU_ASSERT(td_bytes_is(gates_paths_line(s.paths, "a.c", 1, NULL), "ONE"));
    end(&s);
}

CU_TestInfo validator_gates_paths_tests[] = {
    {"a path means a file of the project", a_path_means_a_file_of_the_project},
    {"another file of that name is none", another_file_of_that_name_is_none},
    {"lines are without their ends", lines_are_without_their_ends},
    {"the next gate sees what changed", the_next_gate_sees_what_changed},
    CU_TEST_INFO_NULL,
};
