#include "replayer/select.h"

#include "core/json.h"
#include "core/mem.h"
#include "schema/regex/pattern.h"
#include "tape/reader.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

struct play_select {
    struct play_select_options options;
    bool by_name; /* any criterion on the name */
    uint32_t *conns;
    size_t conn_count;
    struct schema_pattern **regexes;
    size_t regex_count;
    struct schema_pattern_memory *memory;
    struct td_buf scratch; /* an unescaped name */
    struct td_buf text;    /* a name as patterns are asked about it */
};

static size_t list_len(const char *const *list)
{
    size_t n = 0;

    while (list && list[n])
        n++;
    return n;
}

static enum td_code conn_parse(const char *text, uint32_t *conn,
                               struct td_error *err)
{
    char *end;
    unsigned long value;

    errno = 0;
    value = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || value == 0 ||
        value > UINT32_MAX)
        return td_error_set(err, TD_USAGE, "--conn", 0,
                            "\"%s\" is no connection number", text);
    *conn = (uint32_t)value;
    return TD_OK;
}

static enum td_code conns_parse(struct play_select *s, struct td_error *err)
{
    size_t n = list_len(s->options.conns);
    enum td_code code;

    s->conns = td_calloc(n + 1, sizeof(*s->conns));
    for (; s->conn_count < n; s->conn_count++) {
        code = conn_parse(s->options.conns[s->conn_count],
                          &s->conns[s->conn_count], err);
        if (code)
            return code;
    }
    return TD_OK;
}

static enum td_code regex_compile(struct schema_pattern **regex,
                                  const char *text, struct td_error *err)
{
    struct td_error why = {0};

    if (strlen(text) > PLAY_REGEX_MAX)
        return td_error_set(err, TD_USAGE, "--regex", 0,
                            "the expression is longer than %d bytes",
                            PLAY_REGEX_MAX);
    if (!schema_pattern_no_posix(td_text(text), &why) &&
        !schema_pattern_new(regex, td_text(text), &why))
        return TD_OK;
    return td_error_set(err, TD_USAGE, "--regex", why.offset, "\"%.64s%s\": %s",
                        text, strlen(text) > 64 ? "..." : "", why.text);
}

static enum td_code regexes_compile(struct play_select *s, struct td_error *err)
{
    size_t n = list_len(s->options.regexes);
    enum td_code code;

    s->regexes = td_calloc(n + 1, sizeof(*s->regexes));
    s->memory = n ? schema_pattern_memory_new() : NULL;
    for (; s->regex_count < n; s->regex_count++) {
        code = regex_compile(&s->regexes[s->regex_count],
                             s->options.regexes[s->regex_count], err);
        if (code)
            return code;
    }
    return TD_OK;
}

enum td_code play_select_new(struct play_select **out,
                             const struct play_select_options *options,
                             struct td_error *err)
{
    struct play_select *s = td_calloc(1, sizeof(*s));
    enum td_code code;

    s->options = *options;
    code = conns_parse(s, err);
    if (!code)
        code = regexes_compile(s, err);
    if (code) {
        play_select_free(s);
        return code;
    }
    s->by_name = list_len(options->events) || list_len(options->excludes) ||
                 s->regex_count;
    *out = s;
    return TD_OK;
}

void play_select_free(struct play_select *select)
{
    if (!select)
        return;
    for (size_t i = 0; i < select->regex_count; i++)
        schema_pattern_free(select->regexes[i]);
    schema_pattern_memory_free(select->memory);
    free(select->regexes);
    free(select->conns);
    td_buf_release(&select->scratch);
    td_buf_release(&select->text);
    free(select);
}

void play_select_tell(const struct play_select *select,
                      struct tape_reader *reader)
{
    const char *const *events = select ? select->options.events : NULL;
    size_t len = list_len(events);
    struct td_bytes *names;

    if (!select || len == 0 || select->regex_count > 0 ||
        select->options.all_kinds)
        return;
    names = td_calloc(len, sizeof(*names));
    for (size_t i = 0; i < len; i++)
        names[i] = td_text(events[i]);
    tape_reader_select(reader, names, len, NULL, 0);
    free(names);
}

/* Escaped text as text; only a name with a backslash is copied. */
static struct td_bytes plain(struct play_select *s, struct td_bytes escaped)
{
    if (escaped.len == 0 || !memchr(escaped.ptr, '\\', escaped.len))
        return escaped;
    td_buf_clear(&s->scratch);
    return td_json_unescape(&s->scratch, escaped) ? escaped
                                                  : td_buf_bytes(&s->scratch);
}

static bool in_list(const char *const *list, struct td_bytes text)
{
    for (; list && *list; list++)
        if (td_bytes_is(text, *list))
            return true;
    return false;
}

static TD_RARE enum td_code gave_up(const struct play_select *s, size_t i,
                                    const struct td_event *ev,
                                    struct td_error *err)
{
    td_error_set(err, TD_LIMIT, "--regex", 0,
                 "\"%.64s%s\" takes too many steps on the name of event "
                 "%" PRIu64 ", \"%.*s%s\"",
                 s->options.regexes[i],
                 strlen(s->options.regexes[i]) > 64 ? "..." : "", ev->seq,
                 (int)(ev->name.len > 40 ? 40 : ev->name.len),
                 (const char *)ev->name.ptr, ev->name.len > 40 ? "..." : "");
    return td_error_hint(err, "write the expression without a repeat in a "
                              "repeat, or name events with --event");
}

static enum td_code takes_regex(struct play_select *s,
                                const struct td_event *ev, struct td_bytes name,
                                bool *takes, struct td_error *err)
{
    struct td_bytes text = schema_pattern_text(&s->text, name);

    *takes = false;
    for (size_t i = 0; i < s->regex_count && !*takes; i++) {
        enum schema_match got =
            schema_pattern_match(s->regexes[i], s->memory, text);

        if (got == SCHEMA_GAVE_UP)
            return gave_up(s, i, ev, err);
        *takes = got == SCHEMA_MATCH;
    }
    return TD_OK;
}

static enum td_code takes_name(struct play_select *s, const struct td_event *ev,
                               bool *takes, struct td_error *err)
{
    struct td_bytes name = plain(s, ev->name);

    *takes = false;
    if (in_list(s->options.excludes, name))
        return TD_OK;
    *takes = (!list_len(s->options.events) && !s->regex_count) ||
             in_list(s->options.events, name);
    return *takes || !s->regex_count ? TD_OK
                                     : takes_regex(s, ev, name, takes, err);
}

static bool takes_namespace(struct play_select *s, struct td_bytes escaped)
{
    struct td_bytes ns = escaped.len ? plain(s, escaped) : td_text("/");

    return !list_len(s->options.namespaces) ||
           in_list(s->options.namespaces, ns);
}

static bool takes_conn(const struct play_select *s, uint32_t conn)
{
    for (size_t i = 0; i < s->conn_count; i++)
        if (s->conns[i] == conn)
            return true;
    return s->conn_count == 0;
}

static bool takes_dir(const struct play_select *s, enum td_dir dir)
{
    return s->options.dirs == PLAY_DIRS_BOTH ||
           (s->options.dirs == PLAY_DIRS_OUT) == (dir == TD_DIR_OUT);
}

static bool takes_kind(const struct play_select *s, const struct td_event *ev)
{
    return td_event_is_plain(ev) || s->options.all_kinds ||
           (s->options.sse_ids && td_bytes_is(ev->kind, TD_KIND_ID));
}

enum td_code play_select_takes(struct play_select *select,
                               const struct td_event *ev, bool *takes,
                               struct td_error *err)
{
    *takes = takes_dir(select, ev->dir) && takes_kind(select, ev) &&
             !(select->options.no_acks && ev->ack.len) &&
             takes_conn(select, ev->conn) && takes_namespace(select, ev->ns);
    return *takes && select->by_name ? takes_name(select, ev, takes, err)
                                     : TD_OK;
}
