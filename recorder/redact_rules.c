#include "recorder/redact_internal.h"

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

static enum td_code compile(struct rec_rule *rule, const char *path,
                            struct td_error *err)
{
    struct td_error why = {0};

    if (!schema_pattern_no_posix(td_text(rule->text), &why) &&
        !schema_pattern_new_finder(&rule->regex, td_text(rule->text), &why))
        return TD_OK;
    return refuse(err, TD_USAGE, path, rule->line,
                  sizeof("regex ") + (size_t)why.offset, why.text);
}

/* The word a line begins with, and what is behind it. */
static bool split_line(struct td_bytes line, enum rec_rule_kind *kind,
                       struct td_bytes *rest)
{
    static const struct {
        const char *word;
        enum rec_rule_kind kind;
    } words[] = {{"key ", REC_RULE_KEY},
                 {"pointer ", REC_RULE_POINTER},
                 {"regex ", REC_RULE_REGEX}};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t len = strlen(words[i].word);

        if (line.len <= len || memcmp(line.ptr, words[i].word, len) != 0)
            continue;
        *kind = words[i].kind;
        *rest = td_bytes(line.ptr + len, line.len - len);
        return true;
    }
    return false;
}

static enum td_code read_rule(struct rec_rule *rule, struct td_bytes line,
                              const char *path, struct td_error *err)
{
    struct td_bytes rest;

    if (!split_line(line, &rule->kind, &rest)) {
        refuse(err, TD_USAGE, path, rule->line, 1, "this is not a rule");
        return td_error_hint(
            err, "write: key NAME, pointer /A/B or regex EXPRESSION");
    }
    rule->text = td_strndup(rest.ptr, rest.len);
    if (rule->kind == REC_RULE_REGEX)
        return compile(rule, path, err);
    if (rule->kind == REC_RULE_POINTER && rule->text[0] != '/')
        return refuse(err, TD_USAGE, path, rule->line, sizeof("pointer "),
                      "the pointer has no leading slash");
    return TD_OK;
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
        return code;
    }
    rules->list =
        td_realloc(rules->list, (rules->len + 1) * sizeof(*rules->list));
    rules->list[rules->len++] = rule;
    rules->keys += rule.kind == REC_RULE_KEY;
    rules->pointers += rule.kind == REC_RULE_POINTER;
    rules->regexes += rule.kind == REC_RULE_REGEX;
    return TD_OK;
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
            code = add_rule(rules, line, number, path, err);
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
