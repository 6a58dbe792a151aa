#include "replayer/select.h"

#include "core/json.h"
#include "core/mem.h"
#include "tape/reader.h"

#include <errno.h>
#include <regex.h>
#include <stdlib.h>

struct play_select {
    struct play_select_options options;
    bool by_name; /* any criterion on the name */
    uint32_t *conns;
    size_t conn_count;
    regex_t *regexes;
    size_t regex_count;
    struct td_buf scratch; /* an unescaped name */
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

/* A back reference makes matching exponential. */
static bool looks_back(const char *text)
{
    for (; *text; text++) {
        if (*text != '\\')
            continue;
        text++;
        if (*text >= '1' && *text <= '9')
            return true;
        if (!*text)
            break;
    }
    return false;
}

static enum td_code regex_compile(regex_t *regex, const char *text,
                                  struct td_error *err)
{
    char why[128];
    int rc;

    if (strlen(text) > PLAY_REGEX_MAX)
        return td_error_set(err, TD_USAGE, "--regex", 0,
                            "the expression is longer than %d bytes",
                            PLAY_REGEX_MAX);
    if (looks_back(text))
        return td_error_set(err, TD_USAGE, "--regex", 0,
                            "\"%s\" has a back reference", text);
    rc = regcomp(regex, text, REG_EXTENDED | REG_NOSUB);
    if (rc == 0)
        return TD_OK;
    (void)regerror(rc, regex, why, sizeof(why));
    return td_error_set(err, TD_USAGE, "--regex", 0, "\"%s\": %s", text, why);
}

static enum td_code regexes_compile(struct play_select *s, struct td_error *err)
{
    size_t n = list_len(s->options.regexes);
    enum td_code code;

    s->regexes = td_calloc(n + 1, sizeof(*s->regexes));
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
        regfree(&select->regexes[i]);
    free(select->regexes);
    free(select->conns);
    td_buf_release(&select->scratch);
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

/* Sanitizers look for the NUL that REG_STARTEND makes needless. */
static struct td_bytes terminated(struct play_select *s, struct td_bytes text)
{
    if (text.ptr != s->scratch.ptr) {
        td_buf_clear(&s->scratch);
        if (td_buf_add_bytes(&s->scratch, text))
            return td_text("");
    }
    (void)td_buf_str(&s->scratch);
    return td_buf_bytes(&s->scratch);
}

static bool matches(const regex_t *regex, struct td_bytes text)
{
    regmatch_t at = {.rm_so = 0, .rm_eo = (regoff_t)text.len};

    return text.len <= INT32_MAX &&
           !regexec(regex, (const char *)text.ptr, 1, &at, REG_STARTEND);
}

static bool takes_name(struct play_select *s, struct td_bytes escaped)
{
    struct td_bytes name = plain(s, escaped);

    if (in_list(s->options.excludes, name))
        return false;
    if (!list_len(s->options.events) && !s->regex_count)
        return true;
    if (in_list(s->options.events, name))
        return true;
    if (s->regex_count > 0)
        name = terminated(s, name);
    for (size_t i = 0; i < s->regex_count; i++)
        if (matches(&s->regexes[i], name))
            return true;
    return false;
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

bool play_select_takes(struct play_select *select, const struct td_event *ev)
{
    if (!takes_dir(select, ev->dir) || !takes_kind(select, ev) ||
        (select->options.no_acks && ev->ack.len))
        return false;
    return takes_conn(select, ev->conn) && takes_namespace(select, ev->ns) &&
           (!select->by_name || takes_name(select, ev->name));
}
