#include "converter/har_scan.h"

#include "converter/har_json.h"
#include "core/json.h"
#include "core/utf8.h"

struct scan {
    struct td_bytes text;
    size_t at;
    const char *name;
    struct td_error *err;
};

static enum td_code wrong(struct scan *s, const char *what)
{
    return td_error_set(s->err, TD_FORMAT, s->name, s->at, "no HAR: %s", what);
}

static int peek(struct scan *s)
{
    while (s->at < s->text.len && strchr(" \t\r\n", s->text.ptr[s->at]) &&
           s->text.ptr[s->at])
        s->at++;
    return s->at < s->text.len ? s->text.ptr[s->at] : -1;
}

/* Behind the string that begins here. */
static enum td_code skip_string(struct scan *s)
{
    const uint8_t *p = s->text.ptr;
    size_t i = s->at + 1;

    while (i < s->text.len && p[i] != '"')
        i += p[i] == '\\' ? 2 : 1;
    if (i >= s->text.len) {
        s->at = s->text.len;
        return wrong(s, "a string has no end");
    }
    s->at = i + 1;
    return TD_OK;
}

/* Behind the value that begins here, by its brackets and strings. */
static enum td_code skip_value(struct scan *s)
{
    size_t depth = 0;

    do {
        int c = peek(s);

        if (c < 0)
            return wrong(s, "it ends early");
        if (c == '"') {
            enum td_code code = skip_string(s);

            if (code)
                return code;
            continue;
        }
        if (depth == 0 && strchr(",:]}", c))
            return wrong(s, "a value is missing");
        depth += c == '{' || c == '[';
        depth -= c == '}' || c == ']';
        s->at++;
        while (depth == 0 && c != '}' && c != ']' && s->at < s->text.len &&
               !strchr(",:[]{}\" \t\r\n", s->text.ptr[s->at]))
            s->at++;
    } while (depth > 0);
    return TD_OK;
}

/* Each value of the array that begins here. */
static enum td_code read_entries(struct scan *s, struct conv_har_log *log)
{
    enum td_code code = TD_OK;

    if (peek(s) != '[')
        return wrong(s, "entries are no array");
    s->at++;
    if (peek(s) == ']') {
        s->at++;
        return TD_OK;
    }
    for (;;) {
        struct conv_har_extent extent = {0};

        (void)peek(s);
        extent.from = s->at;
        code = skip_value(s);
        if (code)
            return code;
        extent.len = s->at - extent.from;
        if (td_buf_add(&log->extents, &extent, sizeof(extent)))
            return td_error_set(s->err, TD_LIMIT, s->name, s->at,
                                "more entries than can be listed");
        if (peek(s) == ']')
            break;
        if (peek(s) != ',')
            return wrong(s, "between two entries a comma is missing");
        s->at++;
    }
    s->at++;
    return TD_OK;
}

/* A key and its colon. */
static enum td_code read_key(struct scan *s, struct td_bytes *key)
{
    size_t from;
    enum td_code code;

    if (peek(s) != '"')
        return wrong(s, "a key is missing (its exchanges are log.entries)");
    from = s->at + 1;
    code = skip_string(s);
    if (code)
        return code;
    *key = td_bytes(s->text.ptr + from, s->at - from - 1);
    if (peek(s) != ':')
        return wrong(s, "a colon is missing");
    s->at++;
    return TD_OK;
}

/* Behind a member: true if another one follows. */
static enum td_code go_on(struct scan *s, bool *more)
{
    int c = peek(s);

    *more = c == ',';
    if (c != ',' && c != '}')
        return wrong(s, "behind a member a comma is missing");
    s->at++;
    return TD_OK;
}

static enum td_code keep(struct scan *s, struct td_buf *rest, size_t from)
{
    if (rest->len > 1)
        (void)td_buf_add_byte(rest, ',');
    if (td_buf_add(rest, s->text.ptr + from, s->at - from))
        return td_error_set(s->err, TD_LIMIT, s->name, from,
                            "the log holds more than %zu bytes beside its "
                            "entries",
                            CONV_HAR_LOG_MAX);
    return TD_OK;
}

/* Behind an opening brace. */
static bool is_empty(struct scan *s)
{
    s->at++;
    return peek(s) == '}';
}

/* The members of the log. */
static enum td_code read_log(struct scan *s, struct conv_har_log *log)
{
    struct td_bytes key;
    bool more = true;
    bool entries = false;
    enum td_code code = TD_OK;

    if (peek(s) != '{')
        return wrong(s, "the log is no object");
    if (is_empty(s))
        return wrong(s, "its log has no entries (log.entries)");
    while (!code && more) {
        size_t from;

        (void)peek(s);
        from = s->at;
        code = read_key(s, &key);
        if (!code && td_bytes_is(key, "entries")) {
            if (entries)
                return wrong(s, "it has entries twice");
            entries = true;
            code = read_entries(s, log);
        } else if (!code) {
            code = skip_value(s);
            if (!code)
                code = keep(s, &log->rest, from);
        }
        if (!code)
            code = go_on(s, &more);
    }
    return code || entries ? code
                           : wrong(s, "its log has no entries (log.entries)");
}

static enum td_code read_all(struct scan *s, struct conv_har_log *log)
{
    struct td_bytes key;
    bool more = true;
    bool seen = false;
    enum td_code code = TD_OK;

    s->at = s->text.len - td_utf8_unmarked(s->text).len;
    if (peek(s) != '{')
        return wrong(s, "it is no JSON object");
    if (is_empty(s))
        return wrong(s, "it has no log (log.entries)");
    while (!code && more) {
        code = read_key(s, &key);
        if (!code && td_bytes_is(key, "log")) {
            if (seen)
                return wrong(s, "it has a log twice");
            seen = true;
            code = read_log(s, log);
        } else if (!code) {
            log->beside++;
            code = skip_value(s);
        }
        if (!code)
            code = go_on(s, &more);
    }
    if (!code && peek(s) >= 0)
        return wrong(s, "something stands behind it");
    return code || seen ? code : wrong(s, "it has no log (log.entries)");
}

/* The log without its entries is JSON, and is kept tight. */
static enum td_code settle(struct scan *s, struct conv_har_log *log)
{
    struct td_buf tight = {.max = CONV_HAR_LOG_MAX};
    enum td_code code;

    (void)td_buf_add_byte(&log->rest, '}');
    code = td_json_check(td_buf_bytes(&log->rest), TD_JSON_DEPTH_ALL, s->err);
    if (code)
        return td_error_set(s->err, code, s->name, 0,
                            "no HAR: what stands beside the entries is no JSON "
                            "of at most %d levels",
                            TD_JSON_DEPTH_ALL);
    conv_json_tight(&tight, td_buf_bytes(&log->rest));
    td_buf_release(&log->rest);
    log->rest = tight;
    return TD_OK;
}

enum td_code conv_har_scan(struct conv_har_log *log, struct td_bytes text,
                           const char *name, struct td_error *err)
{
    struct scan s = {.text = text, .name = name, .err = err};
    enum td_code code;

    *log = (struct conv_har_log){.rest = {.max = CONV_HAR_LOG_MAX}};
    (void)td_buf_add_byte(&log->rest, '{');
    code = read_all(&s, log);
    return code ? code : settle(&s, log);
}

void conv_har_log_release(struct conv_har_log *log)
{
    td_buf_release(&log->extents);
    td_buf_release(&log->rest);
}
