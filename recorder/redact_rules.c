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
        if (rules->list[i].kind == REC_RULE_REGEX)
            regfree(&rules->list[i].regex);
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

static enum td_code compile(struct rec_rule *rule, const char *where,
                            struct td_error *err)
{
    char why[128];
    int failed = regcomp(&rule->regex, rule->text, REG_EXTENDED);

    if (!failed)
        return TD_OK;
    (void)regerror(failed, &rule->regex, why, sizeof(why));
    return td_error_set(err, TD_USAGE, where, 0,
                        "the expression in line %u is wrong: %s", rule->line,
                        why);
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

static enum td_code add_rule(struct rec_rules *rules, struct td_bytes line,
                             unsigned number, const char *where,
                             struct td_error *err)
{
    struct rec_rule rule = {.line = number};
    struct td_bytes rest;
    enum td_code code = TD_OK;

    if (!split_line(line, &rule.kind, &rest)) {
        td_error_set(err, TD_USAGE, where, 0, "line %u is not a rule", number);
        return td_error_hint(
            err, "write: key NAME, pointer /A/B or regex EXPRESSION");
    }
    if (rules->len == REC_REDACT_RULES)
        return td_error_set(err, TD_LIMIT, where, 0,
                            "there are more than %d rules", REC_REDACT_RULES);
    rule.text = td_strndup(rest.ptr, rest.len);
    if (rule.kind == REC_RULE_REGEX)
        code = compile(&rule, where, err);
    else if (rule.kind == REC_RULE_POINTER && rule.text[0] != '/')
        code =
            td_error_set(err, TD_USAGE, where, 0,
                         "the pointer in line %u has no leading slash", number);
    if (code) {
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
                             const char *where, struct td_error *err)
{
    enum td_code code = TD_OK;
    unsigned number = 0;
    char at[sizeof(err->where)];

    while (text.len && !code) {
        const uint8_t *lf = memchr(text.ptr, '\n', text.len);
        size_t len = lf ? (size_t)(lf - text.ptr) : text.len;
        struct td_bytes line = td_bytes(text.ptr, len);

        if (line.len && line.ptr[line.len - 1] == '\r')
            line.len--;
        number++;
        (void)snprintf(at, sizeof(at), "%s:%u:1", where, number);
        if (line.len && line.ptr[0] != '#')
            code = add_rule(rules, line, number, at, err);
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
