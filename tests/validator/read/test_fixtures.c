/* Real reports of real tools, and what is told of them: fixtures/gates/. */
#include "core/fs.h"
#include "tests/suites.h"
#include "tests/support/read_log.h"
#include "validator/gates/read/formats.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(a)  (sizeof(a) / sizeof((a)[0]))
#define FILE_MAX ((size_t)1 << 20)
#define WHOLE    SIZE_MAX
#define CUTS     2000 /* of a report that is longer, so many */

/* What a report that is cut somewhere may be taken for. */
enum cut {
    SHUT, /* never whole: the end says that it is the end */
    OPEN, /* whole behind any of its lines: nothing says where it ends */
};

static const struct row {
    const char *format;
    const char *file;
    enum cut cut;
} rows[] = {
#include "tests/validator/read/fixtures.inc"
};

static void load(struct td_buf *out, const struct row *row, const char *more)
{
    char path[512];
    struct td_error err = {0};

    (void)snprintf(path, sizeof(path), "%s/fixtures/gates/%s%s", TD_SOURCE_DIR,
                   row->file, more);
    td_buf_init(out, FILE_MAX);
    if (td_fs_read(out, path, &err))
        printf("\n    %s: %s\n", err.where, err.text);
}

/* With TD_TOLD_UPDATE set, what is told is written down instead. */
static void write_down(const struct row *row, struct td_bytes told)
{
    char path[512];
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/fixtures/gates/%s.told",
                   TD_SOURCE_DIR, row->file);
    file = fopen(path, "w");
    if (file) {
        (void)fwrite(told.ptr, 1, told.len, file);
        (void)fclose(file);
    }
}

static void judge(const struct row *row)
{
    const struct read_format *format = read_find(row->format);
    struct td_buf text, want, told = {0}, parts = {0};

    load(&text, row, "");
    CU_ASSERT_PTR_NOT_NULL_FATAL(format);
    (void)read_log(&told, format, td_buf_bytes(&text), WHOLE);
    if (getenv("TD_TOLD_UPDATE"))
        write_down(row, td_buf_bytes(&told));
    load(&want, row, ".told");
    CU_ASSERT(td_bytes_equal(td_buf_bytes(&told), td_buf_bytes(&want)));
    if (!td_bytes_equal(td_buf_bytes(&told), td_buf_bytes(&want)))
        printf("\n    %s:\n%s", row->file, td_buf_str(&told));
    for (size_t piece = 1; piece < 8; piece += 3) {
        td_buf_clear(&parts);
        (void)read_log(&parts, format, td_buf_bytes(&text), piece);
        CU_ASSERT(td_bytes_equal(td_buf_bytes(&told), td_buf_bytes(&parts)));
        if (!td_bytes_equal(td_buf_bytes(&told), td_buf_bytes(&parts)))
            printf("\n    %s in pieces of %zu:\n%s", row->file, piece,
                   td_buf_str(&parts));
    }
    td_buf_release(&text);
    td_buf_release(&want);
    td_buf_release(&told);
    td_buf_release(&parts);
}

static void told(void)
{
    for (size_t i = 0; i < ROWS(rows); i++)
        judge(&rows[i]);
}

/* The end of what says that it is whole: white space and lines of comment, as
 * TAP has them behind its plan, may be missing.
 */
static size_t end_of(struct td_bytes text)
{
    size_t begin;

    do {
        while (text.len > 0 && text.ptr[text.len - 1] <= ' ')
            text.len--;
        for (begin = text.len; begin > 0 && text.ptr[begin - 1] != '\n';)
            begin--;
        if (begin == text.len || text.ptr[begin] != '#')
            return text.len;
        text.len = begin;
    } while (text.len > 0);
    return 0;
}

/* Is it cut between lines? Colors at the begin of the next are none of it. */
static bool is_between(struct td_bytes text, size_t len)
{
    size_t at = len;

    if (len < text.len && text.ptr[len] == '\n')
        return true;
    while (at > 0 && text.ptr[at - 1] == 'm') {
        size_t begin = at - 1;

        while (begin > 0 && text.ptr[begin] != 0x1b && at - begin < 16)
            begin--;
        if (text.ptr[begin] != 0x1b)
            return false;
        at = begin;
    }
    return at > 0 && text.ptr[at - 1] == '\n';
}

static void cut(const struct row *row)
{
    const struct read_format *format = read_find(row->format);
    struct td_buf text, told = {0};
    size_t end, step;

    load(&text, row, "");
    end = end_of(td_buf_bytes(&text));
    step = 1 + end / CUTS;
    for (size_t len = 0; len < end; len += step) {
        enum read_state state;
        bool at_line = is_between(td_buf_bytes(&text), len);

        td_buf_clear(&told);
        state = read_log(&told, format, td_bytes(text.ptr, len), WHOLE);
        if (state == READ_OK && !(row->cut == OPEN && at_line)) {
            printf("\n    %s is whole after %zu of %zu\n", row->file, len, end);
            CU_FAIL("cut and taken for whole");
            break;
        }
    }
    td_buf_release(&text);
    td_buf_release(&told);
}

static void truncated(void)
{
    for (size_t i = 0; i < ROWS(rows); i++)
        cut(&rows[i]);
}

/* The reader that a file of the fuzzing corpus is named after. */
static size_t format_of(const char *file)
{
    size_t best = 0, most = 0;

    for (size_t i = 0; read_formats[i]; i++) {
        size_t len = strlen(read_formats[i]->name);

        if (!strncmp(file, read_formats[i]->name, len) && file[len] == '-' &&
            len > most) {
            most = len;
            best = i;
        }
    }
    CU_ASSERT(most > 0);
    return best;
}

static bool begins_with(const char *folder, const char *name, size_t format)
{
    char path[768];
    FILE *file;
    int first = EOF;

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "rb");
    if (file) {
        first = fgetc(file);
        (void)fclose(file);
    }
    return first >= 0 && (size_t)first == format;
}

static void seeds(void)
{
    static const char folder[] = TD_SOURCE_DIR "/tests/fuzz/corpus/read";
    bool seen[64] = {false};
    DIR *dir = opendir(folder);
    const struct dirent *entry;

    CU_ASSERT_PTR_NOT_NULL_FATAL(dir);
    while ((entry = readdir(dir)) != NULL) {
        size_t format;

        if (entry->d_name[0] == '.')
            continue;
        format = format_of(entry->d_name);
        CU_ASSERT_FATAL(format < ROWS(seen));
        seen[format] = true;
        if (!begins_with(folder, entry->d_name, format)) {
            printf("\n    %s does not begin with %zu\n", entry->d_name, format);
            CU_FAIL("a seed goes to another reader");
        }
    }
    (void)closedir(dir);
    for (size_t i = 0; read_formats[i]; i++) {
        if (!seen[i]) {
            printf("\n    %s\n", read_formats[i]->name);
            CU_FAIL("a reader without a seed");
        }
    }
}

CU_TestInfo validator_read_fixtures_tests[] = {
    {"each is told as its .told says, in any pieces", told},
    {"cut anywhere, it is never taken for whole", truncated},
    {"fuzzing begins with a seed for each reader", seeds},
    CU_TEST_INFO_NULL};
