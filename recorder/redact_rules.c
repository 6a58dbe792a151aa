#include "recorder/redact_pieces.h"

#include "core/buf.h"
#include "core/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

void rec_rules_release(struct rec_rules *rules)
{
    for (size_t i = 0; i < rules->len; i++) {
        schema_pattern_free(rules->list[i].regex);
        free(rules->list[i].text);
        redact_way_free(rules->list[i].way);
        td_buf_release(&rules->list[i].secret);
    }
    free(rules->list);
    *rules = (struct rec_rules){0};
}

bool rec_rule_is_key(const struct rec_rule *rule, struct td_bytes name)
{
    return rule->kind == REC_RULE_KEY && strlen(rule->text) == name.len &&
           !strncasecmp(rule->text, (const char *)name.ptr, name.len);
}

/* An error of a line; column is in bytes, from 1. */
static enum td_code refuse(struct td_error *err, enum td_code code,
                           const char *path, unsigned line, size_t column,
                           const char *text)
{
    char at[sizeof(err->where)];

    (void)snprintf(at, sizeof(at), "%s:%u:%zu", path, line, column);
    return td_error_set(err, code, at, 0, "%s", text);
}

static enum td_code check_pointer(struct rec_rule *rule, const char *path,
                                  struct td_error *err)
{
    return rule->text[0] == '/'
               ? TD_OK
               : refuse(err, TD_USAGE, path, rule->line, rule->column,
                        "the pointer has no leading slash");
}

static enum td_code compile(struct rec_rule *rule, const char *path,
                            struct td_error *err)
{
    struct td_error why = {0};

    if (!schema_pattern_no_posix(td_text(rule->text), &why) &&
        !schema_pattern_new_finder(&rule->regex, td_text(rule->text), &why))
        return TD_OK;
    return refuse(err, TD_USAGE, path, rule->line,
                  rule->column + (size_t)why.offset, why.text);
}

static enum td_code read_way(struct rec_rule *rule, const char *path,
                             struct td_error *err)
{
    struct td_error why = {0};

    if (!redact_way_read(&rule->way, rule->text, &why))
        return TD_OK;
    (void)refuse(err, TD_USAGE, path, rule->line,
                 rule->column + (size_t)why.offset, why.text);
    return td_error_hint(err, "write: stream POINTER [by POINTER ...]");
}

#define PSEUDONYM "pseudonym "

/* "NAME KEYFILE": a key rule, and where the key of its stand-ins is. */
static enum td_code take_key_file(struct rec_rule *rule, const char *path,
                                  struct td_error *err)
{
    char *space = strpbrk(rule->text, " \t");
    const char *file = space ? space + strspn(space, " \t") : "";
    struct td_error why = {0};

    if (!*file) {
        refuse(err, TD_USAGE, path, rule->line, rule->column,
               "a name and the file of a key belong here");
        return td_error_hint(err, "write: pseudonym NAME KEYFILE");
    }
    if (redact_key_read(&rule->secret, file, path, &why)) {
        refuse(err, why.code, path, rule->line,
               rule->column + (size_t)(file - rule->text), why.text);
        return *why.hint ? td_error_hint(err, "%s", why.hint) : why.code;
    }
    *space = '\0';
    return TD_OK;
}

typedef enum td_code (*rest_reader)(struct rec_rule *rule, const char *path,
                                    struct td_error *err);

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t';
}

/* Around a name nobody sees it; in an expression it may be meant. */
static struct td_bytes trim(struct td_bytes text)
{
    while (text.len && is_blank(*text.ptr))
        text = td_bytes(text.ptr + 1, text.len - 1);
    while (text.len && is_blank(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

/* The word a line begins with, and what is behind it; read: how that is read
 * on, or NULL. */
static bool split_line(struct td_bytes line, enum rec_rule_kind *kind,
                       struct td_bytes *rest, rest_reader *read)
{
    static const struct {
        const char *word;
        enum rec_rule_kind kind;
        rest_reader read;
    } words[] = {{"key ", REC_RULE_KEY, NULL},
                 {PSEUDONYM, REC_RULE_KEY, take_key_file},
                 {"pointer ", REC_RULE_POINTER, check_pointer},
                 {"regex ", REC_RULE_REGEX, compile},
                 {"stream ", REC_RULE_STREAM, read_way}};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t len = strlen(words[i].word);

        if (line.len <= len || memcmp(line.ptr, words[i].word, len) != 0)
            continue;
        *kind = words[i].kind;
        *read = words[i].read;
        *rest = td_bytes(line.ptr + len, line.len - len);
        if (*kind != REC_RULE_REGEX)
            *rest = trim(*rest);
        return rest->len > 0;
    }
    return false;
}

static enum td_code read_rule(struct rec_rule *rule, struct td_bytes line,
                              const char *path, struct td_error *err)
{
    struct td_bytes rest;
    rest_reader read;

    if (!split_line(line, &rule->kind, &rest, &read)) {
        refuse(err, TD_USAGE, path, rule->line, 1, "this is not a rule");
        return td_error_hint(
            err, "write: key NAME, pointer /A/B, regex EXPRESSION, pseudonym "
                 "NAME KEYFILE, stream POINTER or preset NAME");
    }
    rule->column = (size_t)(rest.ptr - line.ptr) + 1;
    rule->text = td_strndup(rest.ptr, rest.len);
    return read ? read(rule, path, err) : TD_OK;
}

static enum td_code add_rule(struct rec_rules *rules, struct td_bytes line,
                             unsigned number, const char *path,
                             struct td_error *err)
{
    struct rec_rule rule = {.line = number};
    enum td_code code = read_rule(&rule, line, path, err);

    if (!code && rules->len == REC_REDACT_RULES) {
        code =
            refuse(err, TD_LIMIT, path, number, 1, "there are too many rules");
        td_error_hint(err, "the most is %d", REC_REDACT_RULES);
    }
    if (code) {
        schema_pattern_free(rule.regex);
        free(rule.text);
        redact_way_free(rule.way);
        td_buf_release(&rule.secret);
        return code;
    }
    rules->list =
        td_realloc(rules->list, (rules->len + 1) * sizeof(*rules->list));
    rules->list[rules->len++] = rule;
    rules->keys += rule.kind == REC_RULE_KEY;
    rules->pointers += rule.kind == REC_RULE_POINTER;
    rules->regexes += rule.kind == REC_RULE_REGEX;
    rules->streams += rule.kind == REC_RULE_STREAM;
    rules->places += rule.kind == REC_RULE_STREAM && rule.way->to.len > 0;
    return TD_OK;
}

/* Where a line is, for those that stand for several. */
struct spot {
    struct rec_rules *rules;
    unsigned number;
    const char *path;
    struct td_error *err;
};

static enum td_code add_preset_rule(void *ctx, struct td_bytes line)
{
    const struct spot *spot = ctx;

    return add_rule(spot->rules, line, spot->number, spot->path, spot->err);
}

#define PRESET "preset "

static enum td_code add_line(const struct spot *spot, struct td_bytes line)
{
    size_t len = strlen(PRESET);
    struct spot own = *spot;
    bool known;
    enum td_code code;

    if (line.len <= len || memcmp(line.ptr, PRESET, len) != 0)
        return add_rule(spot->rules, line, spot->number, spot->path, spot->err);
    code = redact_preset(trim(td_bytes(line.ptr + len, line.len - len)),
                         add_preset_rule, &own, &known);
    if (known)
        return code;
    (void)refuse(spot->err, TD_USAGE, spot->path, spot->number, len + 1,
                 "there is no such preset");
    return td_error_hint(spot->err, "there are %s", redact_presets());
}

enum td_code rec_rules_parse(struct rec_rules *rules, struct td_bytes text,
                             const char *path, struct td_error *err)
{
    enum td_code code = TD_OK;
    unsigned number = 0;

    while (text.len && !code) {
        const uint8_t *lf = memchr(text.ptr, '\n', text.len);
        size_t len = lf ? (size_t)(lf - text.ptr) : text.len;
        struct td_bytes line = td_bytes(text.ptr, len);

        if (line.len && line.ptr[line.len - 1] == '\r')
            line.len--;
        number++;
        if (line.len && line.ptr[0] != '#')
            code = add_line(&(struct spot){rules, number, path, err}, line);
        text.ptr += len + (lf != NULL);
        text.len -= len + (lf != NULL);
    }
    return code;
}

enum td_code rec_rules_read(struct rec_rules *rules, const char *path,
                            struct td_error *err)
{
    struct td_buf text;
    enum td_code code = TD_OK;
    FILE *file = fopen(path, "re");
    uint8_t *room;

    if (!file)
        return td_error_errno(err, TD_IO, path, errno,
                              "cannot open the redaction rules");
    td_buf_init(&text, REC_REDACT_FILE + 1);
    room = td_buf_room(&text, REC_REDACT_FILE + 1);
    text.len = fread(room, 1, REC_REDACT_FILE + 1, file);
    if (ferror(file))
        code = td_error_errno(err, TD_IO, path, errno,
                              "cannot read the redaction rules");
    else if (text.len > REC_REDACT_FILE)
        code = td_error_set(err, TD_LIMIT, path, REC_REDACT_FILE,
                            "the redaction rules are longer than %zu bytes",
                            REC_REDACT_FILE);
    else
        code = rec_rules_parse(rules, td_buf_bytes(&text), path, err);
    (void)fclose(file);
    td_buf_release(&text);
    return code;
}
