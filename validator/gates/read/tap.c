/* TAP 13 and 14.
 *
 * A point under deeper ones is their parent and no leaf, unless it failed and
 * none of them did; so is one that ends with "{", whose deeper ones follow it.
 * Times behind names ("# time=1ms" of node-tap, "in 1ms" of bats) are no part
 * of them. A point that is skipped does not fail, whether it is ok or not:
 * cmocka says not ok. The plan of each level must match its points, and their
 * numbers, if they have any, must be those of the plan, in any order: a point
 * that is told twice hides one that was not. A point
 * that passed and is named as a file of JavaScript is one in which node found
 * no test. Escapes \# and \\ are undone in both versions, since node writes
 * them under 13.
 */
#include "core/hash.h"
#include "validator/gates/read/formats.h"
#include "validator/gates/read/reader.h"

#include <ctype.h>
#include <stdio.h>

#define LEVELS      16
#define INDENT      4
#define MILLISECOND 1e6
#define SECOND      1e9

enum { NAME, WHY, DETAIL, SUITE };

struct level {
    struct td_buf name; /* of its "# Subtest: " */
    bool has_name;
    uint64_t points;
    uint64_t numbered; /* of them have a number of their own */
    uint64_t numbers;  /* 0: those are 1, 2, 3... in any order */
    bool has_plan;
    uint64_t plan;
    bool failed; /* a point did */
    bool braced; /* what is deeper stands in "{" and "}" of its last point: */
    struct read_test own;
};

struct tap {
    struct read_reader base;
    struct level level[LEVELS];
    unsigned depth; /* of the last point or plan */
    bool begun;     /* something of TAP was seen */
    bool versioned; /* it tells its version, as bats does not */
    bool waits;     /* a leaf whose YAML may follow */
    bool commented; /* comments did */
    unsigned waits_at;
    struct read_test test;
    bool in_yaml;
    unsigned yaml_indent;
    bool in_error; /* within a block of `error:` */
    bool bailed;
    bool skipped; /* the whole, by 1..0 */
};

static bool is_bad(enum verdict_result result)
{
    return result == VERDICT_RESULT_FAIL || result == VERDICT_RESULT_ERROR;
}

/* The names of the levels above. A name that is given within the level, as
 * TAP 14 allows, is that of its parent if the level above has none.
 */
static void keep_suite(struct tap *tap, unsigned level, struct td_bytes name)
{
    (void)read_keep(&tap->base, SUITE, td_text(""));
    for (unsigned i = 0; i < level; i++) {
        const struct level *at = &tap->level[i];
        bool own =
            !at->has_name && i + 1 == level && tap->level[level].has_name;
        struct td_bytes part;

        if (own)
            at = &tap->level[level];
        part = td_buf_bytes(&at->name);
        if (!at->has_name || (own && td_bytes_equal(part, name)))
            continue;
        if (read_kept(&tap->base, SUITE).len > 0)
            read_keep_more(&tap->base, SUITE, td_text(" > "));
        read_keep_more(&tap->base, SUITE, part);
    }
}

/* What is said below a point that failed, if that is no YAML. */
static struct td_bytes first_comment(struct tap *tap)
{
    struct td_bytes first;
    struct td_bytes rest;

    if (!tap->commented)
        return td_text("");
    read_split(read_kept(&tap->base, DETAIL), &first, &rest);
    return first;
}

static void let_go(struct tap *tap)
{
    struct read_test *test = &tap->test;

    if (!tap->waits)
        return;
    tap->waits = false;
    test->name = read_kept(&tap->base, NAME);
    test->suite = read_kept(&tap->base, SUITE);
    test->message = read_trim(read_kept(&tap->base, WHY));
    if (test->message.len == 0 && is_bad(test->result))
        test->message = first_comment(tap);
    test->detail = read_kept(&tap->base, DETAIL);
    if (test->result == VERDICT_RESULT_PASS && tap->waits_at == 0 &&
        read_is_script(test->name)) {
        test->result = VERDICT_RESULT_ERROR;
        test->message = td_text(READ_HOLLOW_SCRIPT);
    }
    read_tell_test(&tap->base, test);
}

/* Sums of these differ where the numbers do. */
static uint64_t mixed(uint64_t number)
{
    return td_hash(td_bytes(&number, sizeof(number)));
}

static void note_number(struct level *at, uint64_t number)
{
    at->numbered++;
    at->numbers += mixed(number) - mixed(at->points);
}

static void check_numbers(struct tap *tap, const struct level *at)
{
    if (at->numbered == at->points && at->numbers != 0)
        read_partial(&tap->base,
                     "its points are not numbered 1 to %llu: one was lost",
                     (unsigned long long)at->points);
}

/* Levels deeper than this one have ended: their plans must match. */
static bool end_levels(struct tap *tap, unsigned level)
{
    bool failed = false;

    for (unsigned i = level + 1; i < LEVELS; i++) {
        struct level *at = &tap->level[i];

        failed = failed || at->failed;
        if (at->points > 0 && at->has_plan && at->plan != at->points)
            read_partial(&tap->base, "a plan of %llu has %llu points",
                         (unsigned long long)at->plan,
                         (unsigned long long)at->points);
        else if (at->points > 0 && !at->has_plan)
            read_partial(&tap->base, "a subtest has no plan");
        else
            check_numbers(tap, at);
        td_buf_clear(&at->name);
        *at = (struct level){.name = at->name};
    }
    return failed;
}

/* "# time=1.5ms" at the end of the text. */
static void take_time(struct td_bytes *text, int64_t *ns)
{
    struct td_bytes at = read_after(*text, read_find_text(*text, "# time="));
    struct td_bytes value = read_after(at, 7);
    double unit = read_ends(value, "ms") ? MILLISECOND : SECOND;

    if (at.len == 0 || value.len < 2 || value.ptr[value.len - 1] != 's')
        return;
    value.len -= unit < SECOND ? 2 : 1;
    if (read_time(value, unit) < 0)
        return;
    *ns = read_time(value, unit);
    *text = read_trim(td_bytes(text->ptr, text->len - at.len));
}

/* "in 12ms" of bats, which tells no version. */
static void take_bats_time(struct td_bytes *name, int64_t *ns)
{
    struct td_bytes digits = *name;
    size_t at = name->len >= 2 ? name->len - 2 : 0;
    uint64_t ms;

    while (at > 0 && name->ptr[at - 1] >= '0' && name->ptr[at - 1] <= '9')
        at--;
    digits = read_after(digits, at);
    if (!read_ends(*name, "ms") || at < 4 ||
        memcmp(name->ptr + at - 4, " in ", 4) != 0 ||
        !read_digits(&digits, &ms))
        return;
    *ns = read_nanoseconds((double)ms, MILLISECOND);
    name->len = at - 4;
}

/* "skip" or "todo" as a whole word: "#skip" at the end of a word, "# skipped"
 * and "# todolist" are parts of a name.
 */
static bool is_mark(struct td_bytes text)
{
    return text.len >= 4 &&
           (!strncasecmp((const char *)text.ptr, "skip", 4) ||
            !strncasecmp((const char *)text.ptr, "todo", 4)) &&
           (text.len == 4 || !(isalnum(text.ptr[4]) || text.ptr[4] == '_'));
}

/* Take a directive and why off the name: 'S' for skip, 'T' for to do, or 0. */
static char directive(struct td_bytes *name, struct td_bytes *why)
{
    for (size_t i = 0; i + 1 < name->len; i++) {
        struct td_bytes rest = read_after(*name, i + 1);

        if (name->ptr[i] == '\\')
            i++;
        if (name->ptr[i] != '#' || (i > 0 && !isspace(name->ptr[i - 1])))
            continue;
        rest = read_trim(rest);
        if (!is_mark(rest))
            continue;
        name->len = i;
        *why = read_trim(read_after(rest, 4));
        if (read_begins(*why, ":"))
            *why = read_trim(read_after(*why, 1));
        return rest.ptr[0] & 0x40 ? (char)(rest.ptr[0] & 0x5f) : 0;
    }
    return 0;
}

static void keep_unescaped(struct tap *tap, struct td_bytes text)
{
    (void)read_keep(&tap->base, NAME, td_text(""));
    while (text.len > 0) {
        size_t len = read_find_byte(text, '\\');
        bool pair = len + 1 < text.len &&
                    (text.ptr[len + 1] == '\\' || text.ptr[len + 1] == '#');

        if (len < text.len && !pair)
            len++;
        read_keep_more(&tap->base, NAME, td_bytes(text.ptr, len));
        if (pair)
            read_keep_more(&tap->base, NAME, td_bytes(text.ptr + len + 1, 1));
        text = read_after(text, len + (pair ? 2 : 0));
    }
}

static enum verdict_result result_of(bool ok, char mark)
{
    if (mark == 'S')
        return VERDICT_RESULT_SKIP;
    if (mark == 'T')
        return ok ? VERDICT_RESULT_XPASS : VERDICT_RESULT_XFAIL;
    return ok ? VERDICT_RESULT_PASS : VERDICT_RESULT_FAIL;
}

/* A name without what stands behind it. Braces open a level. */
static struct td_bytes bare_name(const struct tap *tap, struct td_bytes name,
                                 bool *braced, int64_t *ns)
{
    *braced = read_ends(name, "{") && (name.len < 2 || read_ends(name, " {"));
    if (*braced)
        name = read_trim(td_bytes(name.ptr, name.len - 1));
    take_time(&name, ns);
    if (!tap->versioned)
        take_bats_time(&name, ns);
    return name;
}

/* What it is called: by its name, why it is skipped, or its number. */
static void name_point(struct tap *tap, struct td_bytes name,
                       struct td_bytes why, uint64_t number)
{
    char text[24];

    (void)snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
    keep_unescaped(tap, name.len > 0  ? name
                        : why.len > 0 ? why
                                      : td_text(text));
}

static void open_brace(struct tap *tap, unsigned level)
{
    struct level *at = &tap->level[level];

    at->braced = true;
    at->own = tap->test;
    at->has_name = true;
    (void)td_buf_add_bytes(&at->name, read_kept(&tap->base, NAME));
    tap->waits = false;
}

/* The point was told before what is below it: now it is known whether it is a
 * leaf.
 */
static void close_brace(struct tap *tap, unsigned level)
{
    struct level *at = &tap->level[level];
    bool leaf = level + 1 == LEVELS || tap->level[level + 1].points == 0;
    bool child_failed;

    let_go(tap);
    child_failed = end_levels(tap, level);
    at->braced = false;
    tap->depth = level;
    if (leaf || (is_bad(at->own.result) && !child_failed)) {
        tap->test = at->own;
        (void)read_keep(&tap->base, NAME, td_buf_bytes(&at->name));
        keep_suite(tap, level, td_buf_bytes(&at->name));
        (void)read_keep(&tap->base, WHY, td_text(""));
        (void)read_keep(&tap->base, DETAIL, td_text(""));
        tap->waits = true;
        tap->waits_at = level;
        let_go(tap);
    }
    td_buf_clear(&at->name);
    at->has_name = false;
}

/* Braces that are open and have nothing in them were a part of a name. */
static void close_braces(struct tap *tap, unsigned level)
{
    for (unsigned i = LEVELS; i-- > level;) {
        if (!tap->level[i].braced)
            continue;
        if (i + 1 < LEVELS && tap->level[i + 1].points > 0)
            read_partial(&tap->base, "a \"{\" has no \"}\"");
        close_brace(tap, i);
    }
}

static void point(struct tap *tap, unsigned level, bool ok,
                  struct td_bytes rest)
{
    struct level *at = &tap->level[level];
    struct td_bytes name = read_trim(rest);
    struct td_bytes why = td_text("");
    bool parent = level < tap->depth && tap->level[level + 1].points > 0;
    bool child_failed = end_levels(tap, level);
    bool braced;
    bool late;
    int64_t ns = -1;
    uint64_t number;
    char mark;

    at->points++;
    if (read_digits(&name, &number))
        note_number(at, number);
    else
        number = at->points;
    name = read_trim(name);
    if (read_begins(name, "- "))
        name = read_after(name, 2);
    name = bare_name(tap, name, &braced, &ns);
    mark = directive(&name, &why);
    why = bare_name(tap, why, &late, &ns);
    name = bare_name(tap, read_trim(name), &late, &ns);
    tap->depth = level;
    tap->test = (struct read_test){.result = result_of(ok, mark), .ns = ns};
    at->failed = at->failed || is_bad(tap->test.result);
    name_point(tap, name, why, number);
    keep_suite(tap, level, read_kept(&tap->base, NAME));
    (void)read_keep(&tap->base, WHY, why);
    (void)read_keep(&tap->base, DETAIL, td_text(""));
    tap->commented = false;
    td_buf_clear(&at->name);
    at->has_name = false;
    tap->waits = !parent || (is_bad(tap->test.result) && !child_failed);
    tap->waits_at = level;
    if (braced || late)
        open_brace(tap, level);
}

static void plan(struct tap *tap, unsigned level, struct td_bytes rest)
{
    struct level *at = &tap->level[level];
    struct td_bytes why = td_text("");
    struct td_bytes text;
    uint64_t count;

    if (!read_digits(&rest, &count))
        return;
    if (level < tap->depth)
        (void)end_levels(tap, level);
    at->has_plan = true;
    at->plan = count;
    text = rest;
    if (level == 0 && count == 0) {
        tap->skipped = true;
        (void)directive(&text, &why);
        (void)read_keep(&tap->base, WHY, why);
    }
}

static void subtest(struct tap *tap, unsigned level, struct td_bytes name)
{
    struct level *at = &tap->level[level];

    td_buf_clear(&at->name);
    keep_unescaped(tap, read_trim(name));
    (void)td_buf_add_bytes(&at->name, read_kept(&tap->base, NAME));
    at->has_name = true;
}

static struct td_bytes unquoted(struct td_bytes text)
{
    text = read_trim(text);
    if (text.len > 1 && (text.ptr[0] == '\'' || text.ptr[0] == '"') &&
        text.ptr[text.len - 1] == text.ptr[0])
        return td_bytes(text.ptr + 1, text.len - 2);
    return text;
}

/* A line of the YAML behind a point: what it says of time and why. */
static void yaml(struct tap *tap, struct td_bytes line, unsigned indent)
{
    struct td_bytes text = read_trim(line);

    if (indent == tap->yaml_indent && td_bytes_is(text, "...")) {
        tap->in_yaml = false;
        tap->in_error = false;
        return;
    }
    if (!tap->waits)
        return;
    if (read_begins(text, "duration_ms:"))
        tap->test.ns = read_time(read_trim(read_after(text, 12)), MILLISECOND);
    if (read_begins(text, "error:") || read_begins(text, "message:")) {
        struct td_bytes value =
            unquoted(read_after(text, text.ptr[0] == 'e' ? 6 : 8));

        tap->in_error =
            value.len > 0 && (value.ptr[0] == '|' || value.ptr[0] == '>');
        if (!tap->in_error && read_kept(&tap->base, WHY).len == 0)
            (void)read_keep(&tap->base, WHY, value);
    } else if (tap->in_error && text.len > 0) {
        tap->in_error = false;
        if (read_kept(&tap->base, WHY).len == 0)
            (void)read_keep(&tap->base, WHY, text);
    }
    read_keep_more(&tap->base, DETAIL, read_after(line, tap->yaml_indent));
    read_keep_more(&tap->base, DETAIL, td_text("\n"));
}

/* A line that begins with `with`, and what is behind it. */
static bool takes(struct td_bytes line, const char *with, struct td_bytes *rest)
{
    if (!read_begins(line, with))
        return false;
    *rest = read_after(line, strlen(with));
    return true;
}

static bool is_point(struct td_bytes text, bool *ok, struct td_bytes *rest)
{
    *ok = takes(text, "ok", rest);
    return (*ok || takes(text, "not ok", rest)) &&
           (rest->len == 0 || rest->ptr[0] == ' ' || rest->ptr[0] == '-');
}

static void comment(struct tap *tap, struct td_bytes text)
{
    bool first = read_kept(&tap->base, DETAIL).len == 0;

    if (!tap->waits || !is_bad(tap->test.result) || (!first && !tap->commented))
        return;
    tap->commented = true;
    text = read_after(text, text.len > 1 && text.ptr[1] == ' ' ? 2 : 1);
    read_keep_more(&tap->base, DETAIL, text);
    read_keep_more(&tap->base, DETAIL, td_text("\n"));
}

static void begin(struct tap *tap)
{
    let_go(tap);
    tap->begun = true;
}

static void known(struct tap *tap, unsigned level, struct td_bytes text)
{
    struct td_bytes rest;
    bool ok;

    if (is_point(text, &ok, &rest)) {
        begin(tap);
        close_braces(tap, level);
        point(tap, level, ok, rest);
    } else if (takes(text, "1..", &rest)) {
        begin(tap);
        plan(tap, level, rest);
    } else if (takes(text, "# Subtest:", &rest)) {
        begin(tap);
        subtest(tap, level, rest);
    } else if (takes(text, "TAP version ", &rest)) {
        begin(tap);
        tap->versioned = true;
    } else if (td_bytes_is(text, "{") && tap->waits && level == tap->waits_at) {
        open_brace(tap, level);
    } else if (td_bytes_is(text, "}") && tap->level[level].braced) {
        close_braces(tap, level + 1);
        close_brace(tap, level);
    } else if (takes(text, "Bail out!", &rest)) {
        begin(tap);
        tap->bailed = true;
        read_partial(
            &tap->base, "Bail out!%s%.*s", rest.len ? " " : "",
            (int)(read_trim(rest).len < 200 ? read_trim(rest).len : 200),
            (const char *)read_trim(rest).ptr);
    } else if (text.len > 0 && text.ptr[0] == '#') {
        comment(tap, text);
    } else if (text.len > 0 && !read_begins(text, "pragma ")) {
        tap->base.end.unknown++;
    }
}

static void on_line(struct read_reader *reader, struct td_bytes line)
{
    struct tap *tap = (struct tap *)reader;
    struct td_bytes text;
    unsigned indent = 0;

    while (indent < line.len && line.ptr[indent] == ' ')
        indent++;
    text = read_after(line, indent);
    if (tap->in_yaml && text.len > 0 && indent < tap->yaml_indent)
        tap->in_yaml = tap->in_error = false; /* it was never ended */
    if (tap->in_yaml) {
        yaml(tap, line, indent);
    } else if (td_bytes_is(text, "---") && tap->begun && indent >= 2) {
        tap->in_yaml = true;
        tap->yaml_indent = indent;
    } else if (indent / INDENT >= LEVELS) {
        reader->end.unknown++;
    } else if (memchr(text.len ? text.ptr : (const uint8_t *)"", '\0',
                      text.len)) {
        read_wrong(reader, "it has a byte of value 0");
    } else {
        known(tap, indent / INDENT, text);
    }
}

static void finish(struct read_reader *reader)
{
    struct tap *tap = (struct tap *)reader;
    const struct level *root = &tap->level[0];

    let_go(tap);
    close_braces(tap, 0);
    (void)end_levels(tap, 0);
    reader->end.has_work = root->has_plan;
    if (!tap->begun)
        read_wrong(reader, "no line is of TAP");
    else if (!reader->ended_with_line)
        read_partial(reader, "the last line has no end");
    else if (tap->in_yaml)
        read_partial(reader, "it ends within a block of YAML");
    else if (!root->has_plan)
        read_partial(reader, "it has no plan");
    else if (root->plan != root->points)
        read_partial(reader, "the plan of %llu has %llu points",
                     (unsigned long long)root->plan,
                     (unsigned long long)root->points);
    else if (root->numbered == root->points && root->numbers != 0)
        check_numbers(tap, root);
    else if (root->plan == 0 && read_kept(reader, WHY).len > 0)
        read_empty(reader, "all of it was skipped: %.200s",
                   td_buf_str(&reader->kept[WHY]));
}

static void release(struct read_reader *reader)
{
    struct tap *tap = (struct tap *)reader;

    for (unsigned i = 0; i < LEVELS; i++)
        td_buf_release(&tap->level[i].name);
}

static const struct read_way way = {.size = sizeof(struct tap),
                                    .line = on_line,
                                    .line_max = READ_TEXT_MAX,
                                    .finish = finish,
                                    .release = release};

static struct read_reader *open_tap(const struct read_sink *sink)
{
    return read_way_open(sink, &way);
}

const struct read_format read_tap = {
    "tap",    VERDICT_TESTS, "TAP 13 and 14, as of node:test",
    open_tap, read_way_put,  read_way_end};
