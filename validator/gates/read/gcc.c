/* Diagnostics of gcc, clang and clang-tidy as text, and what looks like them:
 *
 *     FILE:LINE:COLUMN: level: message [-Wrule]
 *     FILE:LINE:COLUMN: level: message [rule,-warnings-as-errors]
 *     FILE:LINE:COLUMN: level: message [RULE]           (shellcheck, cppcheck)
 *     FILE:LINE:COLUMN: message                         (pattern)
 *
 * -Wx, -Werror=x and [-Werror,-Wx] are rule x. Notes belong to what is before,
 * but for those that have a rule, as of shellcheck.
 * An error without a rule is one of syntax or of the linker: the tool could
 * not look at all.
 */
#include "validator/gates/read/formats.h"
#include "validator/gates/read/reader.h"

enum { PLAIN };

struct text {
    struct read_reader base;
    bool is_tidy;
    bool is_pattern;
    bool only_colors; /* so far, the line that is shown: no text at all */
};

/* Longer before shorter: " error: " stands in "fatal error: ". */
static const struct level {
    const char *word;
    enum check_level level;
    bool broken;
} levels[] = {
    {"fatal error: ", CHECK_LEVEL_ERROR, true},
    {"internal compiler error: ", CHECK_LEVEL_ERROR, true},
    {"error: ", CHECK_LEVEL_ERROR, false},
    {"warning: ", CHECK_LEVEL_WARN, false},
    {"note: ", CHECK_LEVEL_INFO, false},
};

/* Escape sequences of a terminal (ECMA-48) end with a letter. */
static struct td_bytes without_colors(struct read_reader *r,
                                      struct td_bytes line)
{
    struct td_buf *plain = &r->kept[PLAIN];

    if (read_find_byte(line, 0x1b) == line.len)
        return line;
    td_buf_clear(plain);
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] != 0x1b) {
            (void)td_buf_add_byte(plain, line.ptr[i]);
            continue;
        }
        while (i + 1 < line.len && line.ptr[i] != 'm' && line.ptr[i] != 'K')
            i++;
    }
    return td_buf_bytes(plain);
}

/* Where the level stands: at the start, or behind ": ". */
static const struct level *find_level(struct td_bytes line, size_t *at)
{
    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
        size_t len = strlen(levels[i].word);
        const uint8_t *hit = memmem(line.ptr, line.len, levels[i].word, len);

        if (!hit)
            continue;
        *at = (size_t)(hit - line.ptr);
        if (*at == 0 || (*at >= 2 && !memcmp(hit - 2, ": ", 2)))
            return &levels[i];
    }
    return NULL;
}

/* Take ":DIGITS" off the end: names may have colons of their own. */
static bool take_number(struct td_bytes *text, uint64_t *n)
{
    size_t at = text->len;
    struct td_bytes digits;

    while (at > 0 && text->ptr[at - 1] >= '0' && text->ptr[at - 1] <= '9')
        at--;
    digits = td_bytes(text->ptr + at, text->len - at);
    if (at < 2 || text->ptr[at - 1] != ':' || !read_uint(digits, n))
        return false;
    text->len = at - 1;
    return true;
}

static void take_place(struct read_finding *f, struct td_bytes place)
{
    uint64_t last;
    uint64_t before;

    if (!take_number(&place, &last)) {
        /* "collect2: error:": a tool, not a file. */
        return;
    }
    f->line = last;
    if (take_number(&place, &before)) {
        f->line = before;
        f->column = last;
    }
    f->file = place;
}

/* "-Wname" and "-Werror=name" without what all of them have. */
static struct td_bytes bare_rule(struct td_bytes rule)
{
    if (read_begins(rule, "-Werror="))
        return read_after(rule, 8);
    return read_begins(rule, "-W") ? read_after(rule, 2) : rule;
}

static bool is_rule_byte(uint8_t byte)
{
    return byte > ' ' && byte != '[' && byte != ']';
}

/* SC2046, nullPointer, misc.name: no end of a sentence, as "[2]" may be. */
static bool is_bare_name(struct td_bytes rule)
{
    bool letter = false;

    for (size_t i = 0; i < rule.len; i++) {
        uint8_t byte = rule.ptr[i];
        bool own = (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';

        letter = letter || own;
        if (!own && !(byte >= '0' && byte <= '9') && !strchr("_.-/", byte))
            return false;
    }
    return letter && rule.len > 1;
}

/* " [-Wname]" at the end; of several, as clang's [-Werror,-Wname], the name,
 * and of clang-tidy's the first.
 */
static void take_rule(const struct text *r, struct read_finding *f)
{
    struct td_bytes m = f->message;
    struct td_bytes rule;
    size_t open;

    if (m.len == 0 || m.ptr[m.len - 1] != ']')
        return;
    for (open = m.len - 1; open > 0 && is_rule_byte(m.ptr[open - 1]);)
        open--;
    if (open < 2 || m.ptr[open - 1] != '[' || m.ptr[open - 2] != ' ')
        return;
    rule = td_bytes(m.ptr + open, m.len - open - 1);
    if (r->is_tidy) {
        rule.len = read_find_byte(rule, ',');
    } else {
        while (read_find_byte(rule, ',') < rule.len)
            rule = read_after(rule, read_find_byte(rule, ',') + 1);
        if (!read_begins(rule, "-") && !is_bare_name(rule))
            return;
    }
    f->rule = bare_rule(rule);
    f->message.len = open - 2;
}

/* What the linker says has a place in an object file at most, and no level. */
static bool is_of_linker(struct td_bytes line)
{
    static const char *const words[] = {": undefined reference to ",
                                        ": multiple definition of ",
                                        ": cannot find "};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (memmem(line.ptr, line.len, words[i], strlen(words[i])))
            return true;
    }
    return false;
}

static bool tells_linker(struct read_reader *r, struct td_bytes line)
{
    struct read_finding f = {
        .level = CHECK_LEVEL_ERROR, .broken = true, .message = line};

    if (!is_of_linker(line))
        return false;
    read_tell_finding(r, &f);
    return true;
}

/* "Skipping FILE. Compile command not found.": clang-tidy ends as if the file
 * were clean.
 */
static bool tells_skipped(struct text *r, struct td_bytes line)
{
    static const char end[] = ". Compile command not found.";
    struct read_finding f = {
        .level = CHECK_LEVEL_ERROR, .broken = true, .message = line};

    if (!r->is_tidy || !read_begins(line, "Skipping ") || !read_ends(line, end))
        return false;
    f.file = read_after(line, strlen("Skipping "));
    f.file.len -= strlen(end);
    read_tell_finding(&r->base, &f);
    return true;
}

/* "3 warnings generated.": clang looked at the file to its end. */
static void note_work(struct read_reader *r, struct td_bytes line)
{
    r->end.has_work = r->end.has_work || read_ends(line, " generated.");
}

static void on_level(struct text *r, struct td_bytes line,
                     const struct level *level, size_t at)
{
    struct read_finding f = {.level = level->level, .broken = level->broken};

    f.message = read_after(line, at + strlen(level->word));
    if (at >= 2)
        take_place(&f, td_bytes(line.ptr, at - 2));
    take_rule(r, &f);
    if (level->level == CHECK_LEVEL_INFO && (f.rule.len == 0 || r->is_tidy))
        return;
    if (level->level == CHECK_LEVEL_ERROR && f.rule.len == 0)
        f.broken = true;
    if (td_bytes_is(f.rule, "clang-diagnostic-error"))
        f.broken = true;
    read_tell_finding(&r->base, &f);
}

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

/* FILE:LINE: or FILE:LINE:COLUMN: and a blank, from the left: a message may
 * have colons too. The drive of a path of Windows is passed over.
 */
static bool on_pattern(struct text *r, struct td_bytes line)
{
    struct read_finding f = {.level = CHECK_LEVEL_WARN};
    size_t i = line.len > 2 && line.ptr[1] == ':' ? 2 : 1;

    for (; i + 2 < line.len; i++) {
        size_t end = i + 1;

        if (line.ptr[i] != ':' || !is_digit(line.ptr[i + 1]))
            continue;
        while (end < line.len && (is_digit(line.ptr[end]) ||
                                  (line.ptr[end] == ':' && end + 1 < line.len &&
                                   is_digit(line.ptr[end + 1]))))
            end++;
        if (end + 1 >= line.len || line.ptr[end] != ':' ||
            line.ptr[end + 1] != ' ')
            continue;
        take_place(&f, td_bytes(line.ptr, end));
        f.message = read_trim(read_after(line, end + 1));
        if (read_begins(f.message, "error: "))
            f.level = CHECK_LEVEL_ERROR;
        read_tell_finding(&r->base, &f);
        return true;
    }
    return false;
}

static void on_line(struct read_reader *reader, struct td_bytes raw)
{
    struct text *r = (struct text *)reader;
    struct td_bytes line = without_colors(reader, raw);
    const struct level *level;
    size_t at = 0;

    if (read_find_byte(raw, '\0') < raw.len) {
        read_wrong(reader, "it has bytes of value 0: this is no text");
        return;
    }
    r->only_colors = line.len == 0 && read_ends(raw, "m");
    /* Excerpts of the source belong to the line before. */
    if (line.len == 0 || line.ptr[0] == ' ')
        return;
    if (r->is_pattern) {
        if (!on_pattern(r, line))
            reader->end.unknown++;
        return;
    }
    level = find_level(line, &at);
    if (level)
        on_level(r, line, level, at);
    else if (!tells_linker(reader, line) && !tells_skipped(r, line))
        note_work(reader, line);
}

/* Compilers say nothing when all is well: no line is no sign of anything.
 * clang-tidy ends colors behind the last line.
 */
static void finish(struct read_reader *reader)
{
    if (!reader->ended_with_line && !((struct text *)reader)->only_colors)
        read_partial(reader, "the last line has no end");
}

static const struct read_way way = {.size = sizeof(struct text),
                                    .line = on_line,
                                    .line_max = READ_TEXT_MAX,
                                    .finish = finish};

/* None of these tools says anything when all is well. */
static struct read_reader *open_gcc(const struct read_sink *sink)
{
    struct read_reader *reader = read_way_open(sink, &way);

    reader->end.silent = true;
    return reader;
}

static struct read_reader *open_tidy(const struct read_sink *sink)
{
    struct read_reader *reader = open_gcc(sink);

    ((struct text *)reader)->is_tidy = true;
    return reader;
}

static struct read_reader *open_pattern(const struct read_sink *sink)
{
    struct read_reader *reader = open_gcc(sink);

    ((struct text *)reader)->is_pattern = true;
    return reader;
}

const struct read_format read_gcc = {
    "gcc",    VERDICT_LINT, "text of gcc and clang, FILE:LINE:COLUMN: level: ",
    open_gcc, read_way_put, read_way_end};
const struct read_format read_clang_tidy = {"clang-tidy",         VERDICT_LINT,
                                            "text of clang-tidy", open_tidy,
                                            read_way_put,         read_way_end};
const struct read_format read_pattern = {
    "pattern",    VERDICT_LINT, "lines FILE:LINE:COLUMN: message",
    open_pattern, read_way_put, read_way_end};
