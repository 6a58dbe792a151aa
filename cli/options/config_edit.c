#include "cli/options/config_edit.h"

#include "cli/options/config.h"
#include "core/fs.h"
#include "core/jsonx.h"
#include "core/mem.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct edit {
    struct td_bytes text;
    const struct cli_config_change *change;
    struct td_jsonx doc;
    struct td_buf line; /* "option: value" */
    struct td_buf *out;
};

/* ---- ends of lines ---- */

/* YAML 1.1 section 4.2 ends lines at these too. */
static const struct {
    const char *bytes;
    const char *escape;
} breaks[] = {
    {"\xc2\x85", "\\u0085"},
    {"\xe2\x80\xa8", "\\u2028"},
    {"\xe2\x80\xa9", "\\u2029"},
};

/* The break that stands at the beginning of text, or -1. */
static int break_at(struct td_bytes text)
{
    for (size_t i = 0; i < sizeof(breaks) / sizeof(breaks[0]); i++) {
        size_t len = strlen(breaks[i].bytes);

        if (text.len >= len && !memcmp(text.ptr, breaks[i].bytes, len))
            return (int)i;
    }
    return -1;
}

/* Other ends of lines than LF and CR LF, by which marks are counted. */
static bool has_odd_breaks(struct td_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        struct td_bytes rest = td_bytes(text.ptr + i, text.len - i);

        if (break_at(rest) >= 0 ||
            (rest.ptr[0] == '\r' && (rest.len == 1 || rest.ptr[1] != '\n')))
            return true;
    }
    return false;
}

/* ---- how a value is written ---- */

/* Texts that YAML takes for nothing else, and numbers with a unit. */
static bool is_plain(const char *value)
{
    size_t len = strlen(value);

    if (!strcmp(value, "null") || !strcmp(value, "Null") ||
        !strcmp(value, "NULL"))
        return false;
    if (isdigit((uint8_t)*value))
        return value[strspn(value, "0123456789")] == '\0'
                   ? len == 1 || *value != '0'
                   : isalpha((uint8_t)value[len - 1]) &&
                         strspn(value, "0123456789msh") == len;
    for (size_t i = 0; i < len; i++)
        if (!isalnum((uint8_t)value[i]) && !(i && strchr("-_", value[i])))
            return false;
    return len > 0;
}

static void put_value(struct td_buf *out, const char *value)
{
    struct td_buf text = {0};

    if (is_plain(value)) {
        (void)td_buf_add_text(out, value);
        return;
    }
    (void)td_json_escape(&text, td_text(value));
    (void)td_buf_add_byte(out, '"');
    for (struct td_bytes rest = td_buf_bytes(&text); rest.len;) {
        int at = break_at(rest);
        size_t n = 1;

        if (at >= 0) {
            n = strlen(breaks[at].bytes);
            (void)td_buf_add_text(out, breaks[at].escape);
        } else {
            (void)td_buf_add_byte(out, rest.ptr[0]);
        }
        rest = td_bytes(rest.ptr + n, rest.len - n);
    }
    (void)td_buf_add_byte(out, '"');
    td_buf_release(&text);
}

/* ---- places ---- */

static size_t start_of_line(struct td_bytes text, uint32_t line)
{
    size_t at = 0;

    for (; line > 1 && at < text.len; at++)
        line -= text.ptr[at] == '\n';
    return at;
}

/* The offset of a mark; columns count characters. */
static size_t offset_of(const struct edit *e, uint32_t value)
{
    struct td_jsonx_mark mark = td_jsonx_where(&e->doc, value);
    size_t at = start_of_line(e->text, mark.line);

    for (uint32_t i = 1; i < mark.column && at < e->text.len; i++)
        for (at++; at < e->text.len && (e->text.ptr[at] & 0xc0) == 0x80; at++)
            ;
    return at;
}

/* Behind a scalar that stands on one line. */
static size_t end_of(const struct edit *e, size_t at, bool flow)
{
    const uint8_t *p = e->text.ptr;
    uint8_t quote = at < e->text.len ? p[at] : 0;

    if (quote == '"' || quote == '\'') {
        for (at++; at < e->text.len; at++) {
            bool twice = quote == '\'' && p[at] == quote &&
                         at + 1 < e->text.len && p[at + 1] == quote;

            if (p[at] == quote && !twice)
                return at + 1;
            at += twice || (quote == '"' && p[at] == '\\');
        }
        return e->text.len;
    }
    while (at < e->text.len && p[at] != '\n' && p[at] != '\r' &&
           !(flow && strchr(",}]", p[at])) &&
           !(p[at] == ' ' && at + 1 < e->text.len && p[at + 1] == '#'))
        at++;
    while (at > 0 && isblank(p[at - 1]))
        at--;
    return at;
}

/* ---- changes ---- */

/* The text with what lies from at to `to` replaced. */
static void put(const struct edit *e, size_t at, size_t to, const char *middle)
{
    (void)td_buf_add(e->out, e->text.ptr, at);
    (void)td_buf_add_text(e->out, middle);
    (void)td_buf_add(e->out, e->text.ptr + to, e->text.len - to);
}

static bool is_flow(const struct edit *e, uint32_t object)
{
    size_t at = offset_of(e, object);

    return at < e->text.len && e->text.ptr[at] == '{';
}

/* Into a mapping in braces, in front of all others. */
static void put_flow(const struct edit *e, uint32_t object, const char *entry)
{
    const struct td_json_value *v = &e->doc.json.values[object];
    size_t at = offset_of(e, object) + 1;
    struct td_buf text = {0};

    (void)td_buf_addf(&text, "%s%s", entry, v->next > object + 1 ? ", " : "");
    put(e, at, at, td_buf_str(&text));
    td_buf_release(&text);
}

/* As a line in front of the first of a mapping of lines. */
static void put_block(struct edit *e, uint32_t first)
{
    struct td_jsonx_mark mark = td_jsonx_where(&e->doc, first);
    size_t at = start_of_line(e->text, mark.line);
    struct td_buf text = {0};

    (void)td_buf_addf(&text, "%*s%s\n", (int)(mark.column - 1), "",
                      td_buf_str(&e->line));
    put(e, at, at, td_buf_str(&text));
    td_buf_release(&text);
}

/* As the only line of a verb that has none. */
static void put_first(struct edit *e, uint32_t key)
{
    struct td_jsonx_mark mark = td_jsonx_where(&e->doc, key);
    size_t at = start_of_line(e->text, mark.line + 1);
    bool open = at > 0 && e->text.ptr[at - 1] != '\n';
    struct td_buf text = {0};

    (void)td_buf_addf(&text, "%s%*s%s\n", open ? "\n" : "",
                      (int)(mark.column + 1), "", td_buf_str(&e->line));
    put(e, at, at, td_buf_str(&text));
    td_buf_release(&text);
}

/* A verb that is not there yet. */
static void put_verb(struct edit *e)
{
    const struct td_json_value *top = e->doc.json.values;
    bool open = e->text.len > 0 && e->text.ptr[e->text.len - 1] != '\n';
    struct td_buf text = {0};

    if (top->kind == TD_JSON_OBJECT && is_flow(e, 0)) {
        (void)td_buf_addf(&text, "%s: {%s}", e->change->verb,
                          td_buf_str(&e->line));
        put_flow(e, 0, td_buf_str(&text));
    } else {
        (void)td_buf_addf(&text, "%s%s:\n  %s\n", open ? "\n" : "",
                          e->change->verb, td_buf_str(&e->line));
        put(e, e->text.len, e->text.len, td_buf_str(&text));
    }
    td_buf_release(&text);
}

static void put_option(struct edit *e, uint32_t key)
{
    uint32_t object = key + 1;
    uint32_t old =
        td_json_member(&e->doc.json, object, td_text(e->change->option));

    if (old) {
        size_t at = offset_of(e, old);
        struct td_buf value = {0};

        put_value(&value, e->change->value);
        put(e, at, end_of(e, at, is_flow(e, object) || is_flow(e, 0)),
            td_buf_str(&value));
        td_buf_release(&value);
    } else if (is_flow(e, object)) {
        put_flow(e, object, td_buf_str(&e->line));
    } else {
        put_block(e, object + 1);
    }
}

/* ---- was it done? ---- */

static bool same_raw(const struct td_json_doc *a, uint32_t i,
                     const struct td_json_doc *b, uint32_t j)
{
    struct td_bytes x = td_json_raw(a, i);
    struct td_bytes y = td_json_raw(b, j);

    return x.len == y.len && memcmp(x.ptr, y.ptr, x.len) == 0;
}

/* Members of `a` but one are in `b` as they were, and b has no others but that
 * one. An object 0 that is none has no members. */
static bool same_but(const struct td_jsonx *a, uint32_t i,
                     const struct td_jsonx *b, uint32_t j, const char *but)
{
    const struct td_json_doc *old = &a->json;
    const struct td_json_doc *fresh = &b->json;
    uint32_t count = 1;

    if (old->values[i].kind == TD_JSON_OBJECT) {
        for (uint32_t key = i + 1; key < old->values[i].next;
             key = old->values[key + 1].next) {
            struct td_bytes name = td_json_inner(old, key);
            uint32_t at = td_json_member(fresh, j, name);

            if (td_bytes_is(name, but))
                continue;
            count++;
            if (!at || !same_raw(old, key + 1, fresh, at))
                return false;
        }
    }
    return fresh->values[j].count == count;
}

static bool value_is(const struct td_json_doc *doc, uint32_t i,
                     const char *value)
{
    struct td_buf text = {0};
    bool same;

    if (doc->values[i].kind == TD_JSON_STRING)
        (void)td_json_unescape(&text, td_json_inner(doc, i));
    else
        (void)td_buf_add_bytes(&text, td_json_raw(doc, i));
    same = td_bytes_is(td_buf_bytes(&text), value);
    td_buf_release(&text);
    return same;
}

static bool was_done(const struct edit *e, const struct td_jsonx *fresh)
{
    const struct td_jsonx *old = &e->doc;
    const struct td_json_doc *doc = &fresh->json;
    uint32_t before =
        old->json.values[0].kind == TD_JSON_OBJECT
            ? td_json_member(&old->json, 0, td_text(e->change->verb))
            : 0;
    uint32_t verb;
    uint32_t value;

    if (doc->values[0].kind != TD_JSON_OBJECT ||
        !same_but(old, 0, fresh, 0, e->change->verb))
        return false;
    verb = td_json_member(doc, 0, td_text(e->change->verb));
    if (!verb || doc->values[verb].kind != TD_JSON_OBJECT)
        return false;
    value = td_json_member(doc, verb, td_text(e->change->option));
    if (!value || !value_is(doc, value, e->change->value))
        return false;
    return before ? same_but(old, before, fresh, verb, e->change->option)
                  : doc->values[verb].count == 1;
}

static enum td_code refuse(const struct edit *e, const char *name,
                           struct td_error *err)
{
    (void)td_error_set(err, TD_USAGE, name, 0,
                       "is written in a way that is not changed from here");
    return td_error_hint(err, "write %s: {%s: ...} into it yourself",
                         e->change->verb, e->change->option);
}

static enum td_code check(const struct edit *e, const char *name,
                          struct td_error *err)
{
    struct td_jsonx fresh = {0};
    bool done = td_jsonx_parse(&fresh, name, TD_JSONX_YAML,
                               td_buf_bytes(e->out), NULL) == TD_OK &&
                was_done(e, &fresh);

    td_jsonx_release(&fresh);
    return done ? TD_OK : refuse(e, name, err);
}

/* ---- all of it ---- */

static void make(struct edit *e)
{
    const struct td_json_value *values = e->doc.json.values;
    uint32_t verb =
        values[0].kind == TD_JSON_OBJECT
            ? td_json_member(&e->doc.json, 0, td_text(e->change->verb))
            : 0;

    if (!verb)
        put_verb(e);
    else if (values[verb].kind == TD_JSON_NULL)
        put_first(e, verb - 1);
    else if (values[verb].kind == TD_JSON_OBJECT)
        put_option(e, verb - 1);
    else
        (void)td_buf_add_bytes(e->out, e->text);
}

enum td_code cli_config_edit(struct td_buf *out, const char *name,
                             struct td_bytes text,
                             const struct cli_config_change *change,
                             struct td_error *err)
{
    struct td_buf made = {0};
    struct edit e = {.text = text, .change = change, .out = &made};
    enum td_code code = td_jsonx_parse(&e.doc, name, TD_JSONX_YAML,
                                       text.len ? text : td_text("{}"), err);
    bool mapping =
        code == TD_OK && (e.doc.json.values[0].kind == TD_JSON_OBJECT ||
                          e.doc.json.values[0].kind == TD_JSON_NULL);

    if (code == TD_OK && !mapping)
        code =
            td_jsonx_fail(&e.doc, 0, TD_USAGE, err, "is no mapping of options");
    if (code == TD_OK && has_odd_breaks(text))
        code = refuse(&e, name, err);
    if (code == TD_OK) {
        (void)td_buf_addf(&e.line, "%s: ", change->option);
        put_value(&e.line, change->value);
        make(&e);
        code = check(&e, name, err);
    }
    if (code == TD_OK)
        code = td_buf_add_bytes(out, td_buf_bytes(&made));
    td_jsonx_release(&e.doc);
    td_buf_release(&e.line);
    td_buf_release(&made);
    return code;
}

/* ---- files ---- */

static enum td_code make_folder(const char *path, struct td_error *err)
{
    char *copy = td_strdup(path);
    enum td_code code = TD_OK;

    for (char *at = strchr(copy + 1, '/'); at && code == TD_OK;
         at = strchr(at + 1, '/')) {
        *at = '\0';
        if (mkdir(copy, 0700) != 0 && errno != EEXIST)
            code = td_error_errno(err, TD_IO, copy, errno, "cannot be made");
        *at = '/';
    }
    free(copy);
    return code;
}

enum td_code cli_config_set(const struct cli_config_change *change,
                            bool project, struct td_buf *path,
                            struct td_error *err)
{
    struct td_buf text = {0};
    struct td_buf made = {0};
    enum td_code code = cli_config_path(path, project, err);
    const char *name = td_buf_str(path);

    if (code == TD_OK && access(name, F_OK) == 0)
        code = td_fs_read(&text, name, err);
    else if (code == TD_OK)
        code = make_folder(name, err);
    if (code == TD_OK)
        code = cli_config_edit(&made, name, td_buf_bytes(&text), change, err);
    if (code == TD_OK)
        code = td_fs_replace(name, td_buf_bytes(&made), err);
    td_buf_release(&text);
    td_buf_release(&made);
    return code;
}
