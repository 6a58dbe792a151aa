#include "core/b64.h"
#include "core/mem.h"
#include "core/take.h"
#include "tape/ndjson.h"
#include "validator/audit/profile_internal.h"
#include "validator/audit/state.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#define TAPE_PATH_MAX 4096
#define COUNT_MAX     (UINT64_MAX >> 11) /* as on tapes */
#define RANK_MAX      56 /* of a register: no print has more zeroes */

struct audit_state_reader {
    struct audit_profile *into;
    struct audit_tapes *tapes;
    struct audit_profile *profile; /* of the file alone */
    uint32_t first;                /* the number of its first tape */
    uint32_t len;                  /* its tapes */
    uint64_t lines;
    bool ended;
    struct td_json_doc doc;
    struct td_buf text;
    const char *bad;           /* what of the line cannot be, or NULL */
    struct audit_event *event; /* NULL: left out */
    bool has_event;
    struct audit_node *above[AUDIT_DEPTH_MAX + 1]; /* by depth */
    uint32_t depth;                                /* of them */
};

/* Values. What cannot be is told once the line is read. */

static uint32_t member(const struct audit_state_reader *r, uint32_t at,
                       const char *key)
{
    return td_json_member(&r->doc, at, td_text(key));
}

static bool is_kind(const struct audit_state_reader *r, uint32_t at,
                    enum td_json_kind kind)
{
    return at && r->doc.values[at].kind == kind;
}

static void spoil(struct audit_state_reader *r, const char *what)
{
    if (!r->bad)
        r->bad = what;
}

static uint64_t whole_below(struct audit_state_reader *r, uint32_t at,
                            uint64_t most, const char *what)
{
    struct td_bytes raw;
    uint64_t n = 0;

    if (!is_kind(r, at, TD_JSON_NUMBER)) {
        spoil(r, what);
        return 0;
    }
    raw = td_json_raw(&r->doc, at);
    if (!td_take_number(&raw, &n) || raw.len || n > most)
        spoil(r, what);
    return n;
}

static uint64_t whole(struct audit_state_reader *r, uint32_t at,
                      const char *what)
{
    return whole_below(r, at, COUNT_MAX, what);
}

static uint64_t count_of(struct audit_state_reader *r, uint32_t at,
                         const char *key)
{
    return whole(r, member(r, at, key), key);
}

static double number(struct audit_state_reader *r, uint32_t at, double none)
{
    char text[40];
    struct td_bytes raw;

    if (!is_kind(r, at, TD_JSON_NUMBER))
        return none;
    raw = td_json_raw(&r->doc, at);
    if (raw.len >= sizeof(text))
        raw.len = sizeof(text) - 1;
    memcpy(text, raw.ptr, raw.len);
    text[raw.len] = '\0';
    return strtod(text, NULL);
}

/* Item i of a list that has as many. */
static uint32_t item(const struct audit_state_reader *r, uint32_t list,
                     uint32_t i)
{
    uint32_t at = list + 1;

    while (i--)
        at = r->doc.values[at].next;
    return at;
}

/* The text of a string, until the next one; NULL: it is none. */
static const char *text_at(struct audit_state_reader *r, uint32_t at)
{
    if (!is_kind(r, at, TD_JSON_STRING))
        return NULL;
    td_buf_clear(&r->text);
    (void)td_json_unescape(&r->text, td_json_inner(&r->doc, at));
    return td_buf_str(&r->text);
}

static struct audit_place place(struct audit_state_reader *r, uint64_t tape,
                                uint64_t seq)
{
    if (tape >= r->len)
        spoil(r, "a tape's number");
    return (struct audit_place){(uint32_t)(r->first + tape % (r->len + 1)),
                                seq};
}

/* [count, tape, seq, tape, seq, [from, to, ...]] */
static void read_seen(struct audit_state_reader *r, uint32_t at,
                      struct audit_seen *out)
{
    uint64_t n[5] = {0};
    uint64_t next = 0; /* that may be marked */
    uint32_t list;

    if (!is_kind(r, at, TD_JSON_ARRAY) || r->doc.values[at].count != 6) {
        spoil(r, "seen");
        return;
    }
    for (uint32_t i = 0; i < 5; i++)
        n[i] = whole(r, item(r, at, i), "seen");
    list = item(r, at, 5);
    if (!n[0] || !is_kind(r, list, TD_JSON_ARRAY))
        spoil(r, "seen");
    out->count = n[0];
    out->first = place(r, n[1], n[2]);
    out->last = place(r, n[3], n[4]);
    if (r->bad)
        return;
    for (uint32_t i = list + 1; i < r->doc.values[list].next;
         i = r->doc.values[i + 1].next) {
        uint64_t from = whole(r, i, "seen");
        uint64_t to = i + 1 < r->doc.values[list].next ? whole(r, i + 1, "seen")
                                                       : UINT64_MAX;

        if (r->bad || from < next || to < from || to >= r->len) {
            spoil(r, "the tapes of seen");
            return;
        }
        for (uint64_t tape = from; tape <= to; tape++)
            audit_seen_mark(out, (uint32_t)(r->first + tape));
        next = to + 1;
    }
}

static void add_seen(struct audit_state_reader *r, uint32_t at,
                     struct audit_seen *to)
{
    struct audit_seen seen = {.count = 0};

    read_seen(r, at, &seen);
    if (!r->bad)
        audit_seen_add(to, &seen);
    audit_seen_release(&seen);
}

/* Values of a place. */

/* [value, count, tape, seq] */
static void read_word(struct audit_state_reader *r, uint32_t at,
                      struct audit_values *out)
{
    uint32_t value = at + 1;
    struct td_bytes raw;
    uint64_t n[3];

    if (!is_kind(r, at, TD_JSON_ARRAY) || r->doc.values[at].count != 4 ||
        (r->doc.values[value].kind != TD_JSON_NUMBER &&
         r->doc.values[value].kind != TD_JSON_STRING)) {
        spoil(r, "words");
        return;
    }
    raw = td_json_raw(&r->doc, value);
    for (uint32_t i = 0; i < 3; i++)
        n[i] = whole(r, item(r, at, i + 1), "words");
    if (raw.len > AUDIT_WORD_MAX || !n[0] || out->words_len == AUDIT_WORDS)
        spoil(r, "words");
    if (r->bad)
        return;
    out->words = (struct audit_word *)td_list_room(out->words, out->words_len,
                                                   sizeof(*out->words));
    out->words[out->words_len++] =
        (struct audit_word){.print = audit_print(raw),
                            .count = n[0],
                            .first = place(r, n[1], n[2]),
                            .len = (uint32_t)raw.len,
                            .text = td_strndup(raw.ptr, raw.len)};
}

static void read_sketch(struct audit_state_reader *r, uint32_t at,
                        struct audit_values *out)
{
    struct td_buf bytes = {0};

    if (!at)
        return;
    if (!is_kind(r, at, TD_JSON_STRING) ||
        td_b64_decode(&bytes, td_json_inner(&r->doc, at)) ||
        bytes.len != AUDIT_REGISTERS)
        spoil(r, "sketch");
    for (size_t i = 0; i < bytes.len; i++) {
        if (bytes.ptr[i] > RANK_MAX)
            spoil(r, "sketch");
    }
    if (!r->bad) {
        out->sketch = (uint8_t *)td_calloc(AUDIT_REGISTERS, 1);
        memcpy(out->sketch, bytes.ptr, AUDIT_REGISTERS);
    }
    td_buf_release(&bytes);
}

static void read_formats(struct audit_state_reader *r, uint32_t at,
                         struct audit_values *out)
{
    if (!is_kind(r, at, TD_JSON_ARRAY))
        return;
    for (uint32_t i = at + 1; i < r->doc.values[at].next;
         i = r->doc.values[i].next) {
        const char *text = text_at(r, i);

        for (uint32_t f = 0; text && f < AUDIT_FORMATS_LEN; f++) {
            if (!strcmp(text, audit_format_text((enum audit_format)f)))
                out->formats |= 1u << f;
        }
    }
}

static void read_secret(struct audit_state_reader *r, uint32_t at,
                        struct audit_values *out)
{
    const char *why = text_at(r, member(r, at, "secret"));

    if (!why)
        return;
    out->secret = audit_secret_reason(why);
    out->secret_len = count_of(r, at, "secret_len");
    out->secret_at =
        place(r, count_of(r, at, "secret_tape"), count_of(r, at, "secret_seq"));
}

static void read_texts(struct audit_state_reader *r, uint32_t at,
                       struct audit_values *out)
{
    uint32_t list = member(r, at, "words");
    const char *like;

    for (uint32_t i = list + 1; is_kind(r, list, TD_JSON_ARRAY) &&
                                i < r->doc.values[list].next && !r->bad;
         i = r->doc.values[i].next)
        read_word(r, i, out);
    like = text_at(r, member(r, at, "like"));
    out->unlike = !like || r->text.len > AUDIT_WORD_MAX;
    if (!out->unlike) {
        out->like = td_strndup(like, r->text.len);
        out->like_len = (uint32_t)r->text.len;
    }
}

static void add_values(struct audit_state_reader *r, uint32_t at,
                       struct audit_values *to)
{
    struct audit_values values = {.numbers = 0};

    if (!is_kind(r, at, TD_JSON_OBJECT))
        return;
    values.numbers = count_of(r, at, "numbers");
    values.min = number(r, member(r, at, "min"), -HUGE_VAL);
    values.max = number(r, member(r, at, "max"), HUGE_VAL);
    values.strings = count_of(r, at, "strings");
    values.least = count_of(r, at, "least");
    values.most = count_of(r, at, "most");
    read_formats(r, member(r, at, "formats"), &values);
    read_secret(r, at, &values);
    read_texts(r, at, &values);
    read_sketch(r, member(r, at, "sketch"), &values);
    if (!r->bad)
        audit_values_merge(to, &values);
    audit_values_release(&values);
}

/* Lines. */

static void read_tape(struct audit_state_reader *r, uint32_t at)
{
    struct audit_tapes *tapes = r->tapes;
    const char *path = text_at(r, member(r, at, "path"));
    struct audit_tape tape = {
        .messages = count_of(r, at, "messages"),
        .start_wall_ns =
            whole_below(r, member(r, at, "start"), INT64_MAX, "start")};

    if (!path || r->text.len > TAPE_PATH_MAX)
        spoil(r, "path");
    if (r->bad)
        return;
    tape.is_tape = is_kind(r, member(r, at, "tape"), TD_JSON_TRUE);
    tape.owned = td_strndup(path, strlen(path));
    tape.path = tape.owned;
    tapes->list = (struct audit_tape *)td_realloc(
        tapes->list, (tapes->len + 1) * sizeof(*tapes->list));
    tapes->list[tapes->len++] = tape;
    r->len++;
}

static enum td_code take_head(struct audit_state_reader *r,
                              struct td_error *err)
{
    uint32_t list = member(r, 0, "tapes");
    uint32_t left = member(r, 0, "left_out");
    uint64_t version = count_of(r, 0, "audit");

    if (!r->bad && version != AUDIT_STATE_VERSION)
        return td_error_set(err, TD_FORMAT, "", 0,
                            "it is of version %" PRIu64 ", this reads %d",
                            version, AUDIT_STATE_VERSION);
    if (!is_kind(r, list, TD_JSON_ARRAY) || !is_kind(r, left, TD_JSON_ARRAY) ||
        r->doc.values[left].count != 3)
        spoil(r, "tapes");
    if (r->bad)
        return TD_OK;
    if (r->doc.values[list].count + (uint64_t)r->tapes->len > AUDIT_TAPES_MAX)
        return td_error_set(err, TD_LIMIT, "", 0, "more than %d tapes",
                            AUDIT_TAPES_MAX);
    r->profile->messages = count_of(r, 0, "messages");
    r->profile->left.messages = whole(r, item(r, left, 0), "left_out");
    r->profile->left.fields = whole(r, item(r, left, 1), "left_out");
    r->profile->left.deep = whole(r, item(r, left, 2), "left_out");
    for (uint32_t i = list + 1; i < r->doc.values[list].next && !r->bad;
         i = r->doc.values[i].next)
        read_tape(r, i);
    return TD_OK;
}

/* Files of before messages were counted that came twice have none. */
static void take_again(struct audit_state_reader *r, struct audit_event *event)
{
    uint32_t at = member(r, 0, "again");

    if (!at)
        return;
    if (!is_kind(r, at, TD_JSON_ARRAY) || r->doc.values[at].count != 3) {
        spoil(r, "again");
        return;
    }
    audit_again_add(event, whole(r, item(r, at, 0), "again"),
                    place(r, whole(r, item(r, at, 1), "again"),
                          whole(r, item(r, at, 2), "again")));
}

static void take_event(struct audit_state_reader *r)
{
    const char *name = text_at(r, member(r, 0, "event"));
    uint32_t bytes = member(r, 0, "bytes");
    struct audit_event *event;

    r->depth = 0;
    r->has_event = true;
    r->event = NULL;
    if (!name || !is_kind(r, bytes, TD_JSON_ARRAY) ||
        r->doc.values[bytes].count != 4) {
        spoil(r, "event");
        return;
    }
    event = audit_tree_event(r->profile, td_text(name));
    if (!event)
        return;
    if (event->seen.count)
        spoil(r, "an event that was there");
    add_seen(r, member(r, 0, "seen"), &event->seen);
    event->bytes += whole(r, item(r, bytes, 0), "bytes");
    event->bytes_most = whole(r, item(r, bytes, 1), "bytes");
    event->largest = place(r, whole(r, item(r, bytes, 2), "bytes"),
                           whole(r, item(r, bytes, 3), "bytes"));
    event->plain += count_of(r, 0, "plain");
    take_again(r, event);
    r->event = event;
}

/* The place that the line is about; NULL: there is no room. */
static struct audit_node *node_of(struct audit_state_reader *r, uint64_t depth)
{
    uint32_t is = member(r, 0, "is");
    struct audit_node *above;
    const char *name;

    if (!depth)
        return &r->event->root;
    above = r->above[depth - 1];
    if (!above || above->depth >= AUDIT_DEPTH_MAX)
        return NULL;
    if (is && td_json_string_is(&r->doc, is, td_text("items")))
        return audit_tree_items(r->profile, above);
    if (is && td_json_string_is(&r->doc, is, td_text("map")))
        return audit_tree_map(r->profile, above);
    name = text_at(r, member(r, 0, "name"));
    if (!name) {
        spoil(r, "name");
        return NULL;
    }
    return audit_tree_member(r->profile, above, td_text(name));
}

static void fill_node(struct audit_state_reader *r, struct audit_node *node)
{
    uint32_t types = member(r, 0, "types");
    bool lists = node->types[AUDIT_ARRAY].count > 0;

    add_seen(r, member(r, 0, "seen"), &node->all);
    for (int i = 0; i < AUDIT_TYPES_LEN && is_kind(r, types, TD_JSON_OBJECT);
         i++) {
        uint32_t at = member(r, types, audit_type_text((enum audit_type)i));

        if (at)
            add_seen(r, at, &node->types[i]);
    }
    if (!lists && node->types[AUDIT_ARRAY].count) {
        node->items_least = count_of(r, 0, "least_items");
        node->items_most = count_of(r, 0, "most_items");
    }
    node->recursive =
        node->recursive || is_kind(r, member(r, 0, "recursive"), TD_JSON_TRUE);
    add_values(r, member(r, 0, "values"), &node->values);
}

static void take_node(struct audit_state_reader *r)
{
    uint64_t depth = count_of(r, 0, "depth");
    struct audit_node *node;

    if (!r->has_event || depth > r->depth || depth > AUDIT_DEPTH_MAX)
        spoil(r, "depth");
    if (r->bad || !r->event)
        return;
    node = node_of(r, depth);
    r->depth = (uint32_t)depth + 1;
    if (r->depth > AUDIT_DEPTH_MAX)
        r->depth = AUDIT_DEPTH_MAX;
    r->above[depth] = node;
    if (node)
        fill_node(r, node);
}

struct audit_state_reader *audit_state_begin(struct audit_profile *profile,
                                             struct audit_tapes *tapes)
{
    struct audit_state_reader *r =
        (struct audit_state_reader *)td_calloc(1, sizeof(*r));

    r->into = profile;
    r->tapes = tapes;
    r->first = tapes->len;
    r->profile = audit_profile_new(NULL);
    return r;
}

enum td_code audit_state_take(struct audit_state_reader *r,
                              struct td_bytes line, struct td_error *err)
{
    enum td_code code = TD_OK;

    r->bad = NULL;
    if (td_json_parse(&r->doc, line, TD_JSON_DEPTH, NULL) ||
        r->doc.values[0].kind != TD_JSON_OBJECT)
        spoil(r, "JSON");
    else if (r->ended)
        spoil(r, "a line behind the last");
    else if (!r->lines)
        code = take_head(r, err);
    else if (member(r, 0, "event"))
        take_event(r);
    else if (member(r, 0, "end"))
        r->ended = count_of(r, 0, "end") == r->lines;
    else
        take_node(r);
    r->lines++;
    if (!code && r->bad) {
        (void)td_error_set(err, TD_FORMAT, "", 0,
                           "line %" PRIu64 " is none of an audit's state (%s)",
                           r->lines, r->bad);
        (void)td_error_hint(err, "make one: tapedeck audit TAPE... "
                                 "--state FILE");
        code = TD_FORMAT;
    }
    return code;
}

enum td_code audit_state_end(struct audit_state_reader *r, enum td_code code,
                             struct td_error *err)
{
    if (!code && !r->ended)
        code = td_error_set(err, TD_FORMAT, "", 0,
                            "its last line is missing: the file is torn");
    if (!code)
        audit_profile_merge(r->into, r->profile);
    audit_profile_free(r->profile);
    td_json_release(&r->doc);
    td_buf_release(&r->text);
    free(r);
    return code;
}

static enum td_code name_file(const char *path, struct td_error *err)
{
    const struct td_error why = *err;
    enum td_code code =
        td_error_set(err, why.code, path, why.offset, "%s", why.text);

    return why.hint[0] ? td_error_hint(err, "%s", why.hint) : code;
}

enum td_code audit_state_load(const char *path, struct audit_profile *profile,
                              struct audit_tapes *tapes, struct td_error *err)
{
    struct audit_state_reader *reader;
    struct tape_ndjson *lines;
    struct tape_input in;
    struct td_bytes line;
    enum td_code code = tape_input_open(&in, path, err);

    if (code)
        return code;
    lines = tape_ndjson_new(&in);
    reader = audit_state_begin(profile, tapes);
    while (!(code = tape_ndjson_next(lines, &line, err)) &&
           !(code = audit_state_take(reader, line, err))) {
    }
    code = audit_state_end(reader, code == TD_END ? TD_OK : code, err);
    tape_ndjson_close(lines);
    return code && err && !err->where[0] ? name_file(path, err) : code;
}
