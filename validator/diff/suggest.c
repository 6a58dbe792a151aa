#include "validator/diff/suggest.h"

#include "core/mem.h"
#include "schema/value/timestamp.h"
#include "validator/diff/fetch.h"
#include "validator/diff/tree.h"

#include <inttypes.h>
#include <stdlib.h>

/* A field that differs. */
struct field {
    char *pointer; /* with * for places in lists */
    uint32_t count;
    uint32_t runs;     /* that differ from the first */
    uint32_t last_run; /* the one that was counted last */
    bool ids;          /* all values are texts of one word, and so on */
    bool times;
    bool numbers;
    bool lists;   /* with equal items */
    bool never;   /* a value is gone, or of another kind: no mask hides it */
    bool refused; /* the mask for it does not hold */
};

/* An event that not all runs have, or have elsewhere. */
struct event {
    char *name;
    uint32_t gone;
    uint32_t moved;
};

struct suggesting {
    const struct diff_options *options;
    const char *const *paths;
    struct field *fields;
    uint32_t fields_len;
    struct event *events;
    uint32_t events_len;
    uint32_t others; /* changes that no field is the place of */
    uint32_t run;
    bool again;      /* with masks: what differs still is refused */
    uint32_t looked; /* messages of the first run */
};

/* A path with * for what may be a place in a list; to be freed. */
static char *general(const char *path)
{
    struct td_buf out = {0};
    char *text;

    while (*path) {
        size_t len = strcspn(path + 1, "/");
        size_t digits = strspn(path + 1, "0123456789");

        if (len > 0 && digits == len)
            (void)td_buf_add_text(&out, "/*");
        else
            (void)td_buf_add(&out, path, len + 1);
        path += len + 1;
    }
    text = td_strdup(td_buf_str(&out));
    td_buf_release(&out);
    return text;
}

static struct field *field_of(struct suggesting *s, const char *path)
{
    char *pointer = general(path);
    struct field *field;

    for (uint32_t i = 0; i < s->fields_len; i++) {
        if (strcmp(s->fields[i].pointer, pointer) != 0)
            continue;
        free(pointer);
        return &s->fields[i];
    }
    s->fields = (struct field *)td_list_room(s->fields, s->fields_len,
                                             sizeof(*s->fields));
    field = &s->fields[s->fields_len++];
    *field = (struct field){.pointer = pointer,
                            .ids = true,
                            .times = true,
                            .numbers = true,
                            .lists = true};
    return field;
}

static struct event *event_of(struct suggesting *s, struct td_bytes name)
{
    struct event *event;

    for (uint32_t i = 0; i < s->events_len; i++) {
        if (td_bytes_is(name, s->events[i].name))
            return &s->events[i];
    }
    s->events = (struct event *)td_list_room(s->events, s->events_len,
                                             sizeof(*s->events));
    event = &s->events[s->events_len++];
    *event = (struct event){.name = td_strndup(name.ptr, name.len)};
    return event;
}

static bool is_time(struct td_bytes json)
{
    int64_t ns;

    return json.len > 2 && json.ptr[0] == '"' &&
           schema_timestamp_read(td_bytes(json.ptr + 1, json.len - 2), &ns);
}

static bool is_word(struct td_bytes json)
{
    return json.len && json.ptr[0] == '"' && !memchr(json.ptr, ' ', json.len);
}

static bool is_number(struct td_bytes json)
{
    return json.len &&
           (json.ptr[0] == '-' || (json.ptr[0] >= '0' && json.ptr[0] <= '9'));
}

/* What the two values say of their field. */
static void take_line(struct suggesting *s, const struct diff_line *line)
{
    struct field *field;

    if (line->kind != DIFF_LINE_CHANGE)
        return;
    if (*line->path == '(' || s->fields_len == DIFF_FIELDS_MAX) {
        s->others++;
        return;
    }
    field = field_of(s, line->path);
    field->runs += field->last_run != s->run;
    field->last_run = s->run;
    field->count++;
    field->refused |= s->again;
    if (!line->from.ptr || !line->to.ptr || !*line->hint) {
        field->never |= !s->again;
        return;
    }
    field->ids &= is_word(line->from) && is_word(line->to);
    field->times &= is_time(line->from) && is_time(line->to);
    field->numbers &= is_number(line->from);
    field->lists &= strstr(line->hint, "sort") != NULL;
}

static void take_finding(struct suggesting *s, const struct diff *diff,
                         const struct diff_finding *finding)
{
    int side = finding->kind == DIFF_EXTRA;
    const struct diff_item *item =
        &diff->sides[side].items[finding->item[side]];
    struct event *event;

    if (s->again || s->events_len == DIFF_EVENTS_MAX)
        return;
    event = event_of(s, diff_names_at(diff->names, item->name)->text);
    if (finding->kind == DIFF_MOVED || finding->moved)
        event->moved++;
    else
        event->gone++;
}

static void take_changes(struct suggesting *s, struct diff_trees *trees,
                         const struct diff_fetch *fetch,
                         const struct diff_finding *finding)
{
    const struct diff_message *a = diff_fetch_get(fetch, 0, finding->item[0]);
    const struct diff_message *b = diff_fetch_get(fetch, 1, finding->item[1]);
    struct diff_tree tree = {0};

    if (!a || !b)
        return;
    diff_tree_make(trees, finding, a, b, &tree);
    for (uint32_t i = 0; i < tree.len; i++)
        take_line(s, &tree.lines[i]);
    diff_tree_release(&tree);
}

static enum td_code take_all(struct suggesting *s, const struct diff *diff,
                             struct td_error *err)
{
    struct diff_fetch *fetch = NULL;
    struct diff_trees *trees = diff_trees_new(diff);
    enum td_code code =
        diff_fetch_new(&fetch, diff, DIFF_SUGGEST_FINDINGS, err);

    s->looked = diff->sides[0].len;
    for (uint32_t i = 0; i < diff->findings_len && !code; i++) {
        const struct diff_finding *finding = &diff->findings[i];

        if (finding->kind != DIFF_CHANGED || finding->moved)
            take_finding(s, diff, finding);
        if (finding->kind == DIFF_CHANGED && i < DIFF_SUGGEST_FINDINGS)
            take_changes(s, trees, fetch, finding);
    }
    diff_trees_free(trees);
    diff_fetch_free(fetch);
    return code;
}

/* Compare each run with the first; `left` are the differences. */
static enum td_code compare_all(struct suggesting *s,
                                const struct diff_masks *masks, uint32_t *left,
                                struct td_error *err)
{
    enum td_code code = TD_OK;

    *left = 0;
    for (s->run = 1; s->paths[s->run] && !code; s->run++) {
        struct diff_options how = *s->options;
        struct diff *diff;

        how.masks = masks;
        how.paths[0] = s->paths[0];
        how.paths[1] = s->paths[s->run];
        code = diff_run(&diff, &how, err);
        if (!code)
            code = take_all(s, diff, err);
        *left += diff->findings_len;
        diff_free(diff);
    }
    return code;
}

static const char *mask_of(const struct field *field)
{
    if (field->refused)
        return "ignore";
    if (field->times)
        return "relative-time";
    if (field->lists)
        return "sort";
    return field->ids ? "number-ids" : "ignore";
}

static const char *reason_of(const struct field *field)
{
    if (field->times)
        return "times";
    if (field->lists)
        return "the same items in another order";
    if (field->ids)
        return field->refused ? "words" : "ids, renamed one to one";
    return field->numbers ? "numbers" : "values of one kind";
}

static void add_quoted(struct td_buf *out, const char *text)
{
    (void)td_buf_add_byte(out, '"');
    (void)td_json_escape_any(out, td_text(text));
    (void)td_buf_add_byte(out, '"');
}

static void add_fields(const struct suggesting *s, struct td_buf *out)
{
    bool any = false;

    for (uint32_t i = 0; i < s->fields_len; i++) {
        const struct field *field = &s->fields[i];

        if (field->never || strlen(field->pointer) > DIFF_POINTER_MAX)
            continue;
        (void)td_buf_add_text(out, any ? "  " : "fields:\n  ");
        add_quoted(out, field->pointer);
        (void)td_buf_addf(out,
                          ": %s   # %s; differs %" PRIu32 "x, in %" PRIu32
                          " of %" PRIu32 " runs\n",
                          mask_of(field), reason_of(field), field->count,
                          field->runs, s->run - 1);
        any = true;
    }
}

/* Names of events that are gone, or moved, as a list or an object. */
static void add_events(const struct suggesting *s, struct td_buf *out,
                       bool moved)
{
    bool any = false;

    for (uint32_t i = 0; i < s->events_len; i++) {
        const struct event *event = &s->events[i];

        if (!(moved ? event->moved : event->gone) || !*event->name)
            continue;
        (void)td_buf_add_text(out, any     ? ", "
                                   : moved ? "order: {"
                                           : "optional: [");
        add_quoted(out, event->name);
        (void)td_buf_add_text(out, moved ? ": bag" : "");
        any = true;
    }
    if (any)
        (void)td_buf_add_text(out, moved ? "}   # came in another order\n"
                                         : "]   # not in each of the runs\n");
}

static void write_masks(const struct suggesting *s, struct td_buf *out)
{
    (void)td_buf_addf(out,
                      "# suggested from %" PRIu32
                      " runs; the first has %" PRIu32 " events\nmasks: 1\n",
                      s->run, s->looked);
    add_events(s, out, true);
    add_fields(s, out);
    add_events(s, out, false);
}

static void write_left(const struct suggesting *s, struct td_buf *out,
                       uint32_t left)
{
    for (uint32_t i = 0; i < s->fields_len; i++) {
        if (s->fields[i].never)
            (void)td_buf_addf(out,
                              "# not explained: %s is gone or of another kind "
                              "in some runs\n",
                              s->fields[i].pointer);
    }
    if (left)
        (void)td_buf_addf(
            out, "# not explained: %" PRIu32 " left under these masks\n", left);
}

/* Compare under what is suggested so far. */
static enum td_code try(struct suggesting *s, uint32_t *left,
                        struct td_error *err)
{
    struct diff_masks masks = {0};
    struct td_jsonx doc = {0};
    struct td_buf text = {0};
    enum td_code code;

    write_masks(s, &text);
    code = td_jsonx_parse(&doc, "suggested", TD_JSONX_YAML, td_buf_bytes(&text),
                          err);
    if (!code)
        code = diff_masks_read(&masks, &doc, err);
    s->again = true;
    if (!code)
        code = compare_all(s, &masks, left, err);
    diff_masks_release(&masks);
    td_jsonx_release(&doc);
    td_buf_release(&text);
    return code;
}

static void release(struct suggesting *s)
{
    for (uint32_t i = 0; i < s->fields_len; i++)
        free(s->fields[i].pointer);
    for (uint32_t i = 0; i < s->events_len; i++)
        free(s->events[i].name);
    free(s->fields);
    free(s->events);
}

enum td_code diff_suggest(const char *const *paths,
                          const struct diff_options *options,
                          struct td_buf *out, uint32_t *unexplained,
                          struct td_error *err)
{
    struct suggesting s = {.options = options, .paths = paths};
    struct diff_masks none = {0};
    uint32_t left = 0;
    enum td_code code = compare_all(&s, &none, &left, err);

    /* Twice: what the first masks refuse, the second say. */
    for (int i = 0; i < 2 && !code && left > 0; i++)
        code = try(&s, &left, err);
    if (!code) {
        write_masks(&s, out);
        write_left(&s, out, left);
    }
    *unexplained = left;
    release(&s);
    return code;
}
