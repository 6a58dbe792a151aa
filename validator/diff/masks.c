#include "validator/diff/masks.h"

#include "core/jsonx_object.h"
#include "core/mem.h"
#include "schema/regex/pattern.h"

#include <math.h>
#include <stdlib.h>

static const char *const mask_texts[] = {
#define TEXT(name, text) text,
    DIFF_MASKS(TEXT)
#undef TEXT
};
static const char *const order_texts[] = {
#define TEXT(name, text) text,
    DIFF_ORDERS(TEXT)
#undef TEXT
};

#define COUNT(a)   (sizeof(a) / sizeof((a)[0]))
#define MASK_WORDS "ignore, type-only, number-ids, relative-time or sort"
#define MASK_SHAPES                                                            \
    "{round: N}, {within: N}, {pattern: TEXT} or {number-ids: NAME}"

struct reading {
    struct td_jsonx_reader r;
    struct diff_masks *masks;
};

bool diff_order_read(const char *text, enum diff_order *order)
{
    for (size_t i = 0; i < COUNT(order_texts); i++) {
        if (!strcmp(text, order_texts[i])) {
            *order = (enum diff_order)i;
            return true;
        }
    }
    return false;
}

/* The text of string or key `at`, in the arena. */
static char *text_of(struct reading *in, uint32_t at)
{
    char *text = td_jsonx_text(in->r.doc, at);
    char *kept = td_arena_copy(&in->masks->arena, text);

    free(text);
    return kept;
}

static enum td_code wrong(struct reading *in, uint32_t at, const char *what)
{
    return td_jsonx_fail(in->r.doc, at, TD_USAGE, in->r.err, "%s", what);
}

/* Members of an object, or elements of an array: the first child, and the next
 * one; 0 behind the last.
 */
static uint32_t first_child(const struct td_jsonx *doc, uint32_t at)
{
    return at + 1 < doc->json.values[at].next ? at + 1 : 0;
}

static uint32_t next_child(const struct td_jsonx *doc, uint32_t at,
                           uint32_t child)
{
    bool object = doc->json.values[at].kind == TD_JSON_OBJECT;
    uint32_t next = doc->json.values[child + (object ? 1 : 0)].next;

    return next < doc->json.values[at].next ? next : 0;
}

static enum td_code read_version(void *self, uint32_t at)
{
    struct reading *in = (struct reading *)self;

    return td_bytes_is(td_json_raw(&in->r.doc->json, at), "1")
               ? TD_OK
               : wrong(in, at, "masks is 1: this is another version");
}

/* "~1" is "/", "~0" is "~" (RFC 6901). False: another "~". */
static bool unescape_step(char *text)
{
    char *to = text;

    for (char *from = text; *from; from++) {
        *to = *from;
        if (*from == '~') {
            from++;
            if (*from != '0' && *from != '1')
                return false;
            *to = *from == '0' ? '~' : '/';
        }
        to++;
    }
    *to = '\0';
    return true;
}

static enum td_code add_step(struct reading *in, uint32_t at,
                             struct diff_mask *mask, struct td_bytes part)
{
    char *name = td_arena_text(&in->masks->arena, part);
    struct diff_step *step;

    if (mask->steps_len == DIFF_STEPS_MAX)
        return td_jsonx_fail(in->r.doc, at, TD_LIMIT, in->r.err,
                             "a pointer has at most %d steps", DIFF_STEPS_MAX);
    step = &mask->steps[mask->steps_len++];
    step->kind = !strcmp(name, "*")    ? DIFF_STEP_ANY
                 : !strcmp(name, "**") ? DIFF_STEP_DEEP
                                       : DIFF_STEP_NAME;
    if (!unescape_step(name))
        return wrong(in, at, "behind ~ in a pointer stands 0 or 1");
    step->name = td_text(name);
    return TD_OK;
}

static enum td_code check_text(struct reading *in, uint32_t at,
                               const char *text)
{
    struct td_bytes inner = td_json_inner(&in->r.doc->json, at);

    if (strlen(text) > DIFF_POINTER_MAX)
        return td_jsonx_fail(in->r.doc, at, TD_LIMIT, in->r.err,
                             "a pointer has at most %d bytes",
                             DIFF_POINTER_MAX);
    for (size_t i = 0; i + 6 <= inner.len; i++) {
        if (!memcmp(inner.ptr + i, "\\u0000", 6))
            return wrong(in, at, "a name here has no character U+0000");
    }
    return TD_OK;
}

static enum td_code read_pointer(struct reading *in, uint32_t at,
                                 struct diff_mask *mask)
{
    const char *from;
    enum td_code code;

    mask->pointer = text_of(in, at);
    code = check_text(in, at, mask->pointer);
    if (code)
        return code;
    if (*mask->pointer && *mask->pointer != '/')
        return wrong(in, at,
                     "a pointer is \"\" or begins with /, as /data/size");
    mask->steps = (struct diff_step *)td_arena_alloc(
        &in->masks->arena, DIFF_STEPS_MAX * sizeof(*mask->steps));
    from = mask->pointer;
    while (!code && *from) {
        size_t len = strcspn(++from, "/");

        code = add_step(in, at, mask, td_bytes(from, len));
        from += len;
    }
    return code;
}

/* Ids of one name are renamed together. */
static uint32_t ids_of(struct diff_masks *masks, const char *name)
{
    for (uint32_t i = 0; i < masks->ids_len; i++) {
        if (!strcmp(masks->ids[i], name))
            return i;
    }
    masks->ids = (const char **)td_list_room((void *)masks->ids, masks->ids_len,
                                             sizeof(*masks->ids));
    masks->ids[masks->ids_len] = name;
    return masks->ids_len++;
}

static enum td_code read_word(struct reading *in, uint32_t at,
                              struct diff_mask *mask)
{
    for (int i = 0; i < DIFF_ROUND; i++) {
        if (!td_jsonx_is_text(in->r.doc, at, mask_texts[i]))
            continue;
        mask->kind = (enum diff_mask_kind)i;
        if (mask->kind == DIFF_NUMBER_IDS)
            mask->ids = ids_of(in->masks, "");
        return TD_OK;
    }
    return wrong(in, at, "a mask is " MASK_WORDS ", or " MASK_SHAPES);
}

static enum td_code read_unit(struct reading *in, uint32_t at,
                              struct diff_mask *mask)
{
    struct td_bytes raw = td_json_raw(&in->r.doc->json, at);

    mask->text = td_arena_text(&in->masks->arena, raw);
    mask->unit = td_jsonx_is(in->r.doc, at, TD_JSON_NUMBER)
                     ? strtod(mask->text, NULL)
                     : 0;
    if (!(mask->unit > 0) || !isfinite(mask->unit))
        return wrong(in, at, "this is no number above 0");
    return TD_OK;
}

static enum td_code read_pattern(struct reading *in, uint32_t at,
                                 struct diff_mask *mask)
{
    struct td_error why;

    if (!td_jsonx_is(in->r.doc, at, TD_JSON_STRING))
        return wrong(in, at, "a pattern is a text");
    mask->text = text_of(in, at);
    if (!schema_pattern_new(&mask->pattern, td_text(mask->text), &why))
        return TD_OK;
    return wrong(in, at, why.text);
}

static enum td_code read_ids(struct reading *in, uint32_t at,
                             struct diff_mask *mask)
{
    if (!td_jsonx_is(in->r.doc, at, TD_JSON_STRING))
        return wrong(in, at, "ids that are renamed together have a name");
    mask->text = text_of(in, at);
    mask->ids = ids_of(in->masks, mask->text);
    return TD_OK;
}

static enum td_code read_parameter(struct reading *in, uint32_t at,
                                   struct diff_mask *mask)
{
    static const struct {
        enum diff_mask_kind kind;
        enum td_code (*read)(struct reading *in, uint32_t at,
                             struct diff_mask *mask);
    } rows[] = {{DIFF_ROUND, read_unit},
                {DIFF_WITHIN, read_unit},
                {DIFF_PATTERN, read_pattern},
                {DIFF_NUMBER_IDS, read_ids}};

    for (size_t i = 0; i < COUNT(rows); i++) {
        if (!td_jsonx_is_text(in->r.doc, at + 1, mask_texts[rows[i].kind]))
            continue;
        mask->kind = rows[i].kind;
        return rows[i].read(in, at + 2, mask);
    }
    return wrong(in, at + 1, "a mask with a parameter is " MASK_SHAPES);
}

static enum td_code read_mask(struct reading *in, uint32_t key)
{
    struct diff_masks *masks = in->masks;
    uint32_t at = key + 1;
    struct diff_mask *mask;
    enum td_code code;

    if (masks->fields_len == DIFF_FIELDS_MAX)
        return td_jsonx_fail(in->r.doc, key, TD_LIMIT, in->r.err,
                             "there are at most %d masks", DIFF_FIELDS_MAX);
    masks->fields = (struct diff_mask *)td_list_room(
        masks->fields, masks->fields_len, sizeof(*masks->fields));
    mask = &masks->fields[masks->fields_len++];
    *mask = (struct diff_mask){0};
    code = read_pointer(in, key, mask);
    if (code)
        return code;
    if (td_jsonx_is(in->r.doc, at, TD_JSON_OBJECT) &&
        in->r.doc->json.values[at].count == 1)
        return read_parameter(in, at, mask);
    return read_word(in, at, mask);
}

/* Each child of `at`, which is an object. */
static enum td_code each(struct reading *in, uint32_t at, const char *what,
                         enum td_code (*read)(struct reading *in, uint32_t key))
{
    enum td_code code = TD_OK;

    if (!td_jsonx_is(in->r.doc, at, TD_JSON_OBJECT))
        return wrong(in, at, what);
    for (uint32_t i = first_child(in->r.doc, at); i && !code;
         i = next_child(in->r.doc, at, i))
        code = read(in, i);
    return code;
}

static enum td_code read_fields(void *self, uint32_t at)
{
    return each((struct reading *)self, at,
                "fields is an object: pointer and mask", read_mask);
}

/* The rule of the event that string or key `at` names, made if there is none.
 */
static enum td_code event_of(struct reading *in, uint32_t at,
                             struct diff_event_rule **rule)
{
    struct diff_masks *masks = in->masks;
    const char *name;
    enum td_code code;

    if (!td_jsonx_is(in->r.doc, at, TD_JSON_STRING))
        return wrong(in, at, "the name of an event is a text");
    name = text_of(in, at);
    code = check_text(in, at, name);
    for (uint32_t i = 0; i < masks->events_len && !code; i++) {
        *rule = &masks->events[i];
        if (!strcmp(masks->events[i].name, name))
            return TD_OK;
    }
    if (!code && masks->events_len == DIFF_EVENTS_MAX)
        code = td_jsonx_fail(in->r.doc, at, TD_LIMIT, in->r.err,
                             "there are at most %d events", DIFF_EVENTS_MAX);
    if (code)
        return code;
    masks->events = (struct diff_event_rule *)td_list_room(
        masks->events, masks->events_len, sizeof(*masks->events));
    *rule = &masks->events[masks->events_len++];
    **rule = (struct diff_event_rule){.name = name};
    return TD_OK;
}

static enum td_code order_at(struct reading *in, uint32_t at,
                             enum diff_order *order)
{
    const char *text =
        td_jsonx_is(in->r.doc, at, TD_JSON_STRING) ? text_of(in, at) : "";

    return diff_order_read(text, order)
               ? TD_OK
               : wrong(in, at, "an order is per-key, total or bag");
}

static enum td_code read_event_order(struct reading *in, uint32_t key)
{
    struct diff_event_rule *rule;
    enum td_code code = event_of(in, key, &rule);

    if (!code)
        code = order_at(in, key + 1, &rule->order);
    if (!code)
        rule->has_order = true;
    return code;
}

static enum td_code read_order(void *self, uint32_t at)
{
    struct reading *in = (struct reading *)self;

    if (td_jsonx_is(in->r.doc, at, TD_JSON_OBJECT))
        return each(in, at, "", read_event_order);
    in->masks->has_order = true;
    return order_at(in, at, &in->masks->order);
}

static enum td_code read_field(struct reading *in, uint32_t at,
                               const char **field)
{
    enum td_code code;

    if (!td_jsonx_is(in->r.doc, at, TD_JSON_STRING))
        return wrong(in, at, "a field is a text, as task_id or /data/task_id");
    *field = text_of(in, at);
    code = check_text(in, at, *field);
    if (!code && !**field)
        code = wrong(in, at, "a field is not empty");
    return code;
}

static enum td_code read_identity_of(struct reading *in, uint32_t key)
{
    struct diff_event_rule *rule;
    uint32_t at = key + 1;
    enum td_code code = event_of(in, key, &rule);

    if (code)
        return code;
    if (!td_jsonx_is(in->r.doc, at, TD_JSON_ARRAY) ||
        in->r.doc->json.values[at].count > DIFF_IDENTITY_MAX)
        return wrong(in, at, "an identity is a list of at most 8 fields");
    rule->identity = (const char **)td_arena_alloc(
        &in->masks->arena, DIFF_IDENTITY_MAX * sizeof(*rule->identity));
    for (uint32_t i = first_child(in->r.doc, at); i && !code;
         i = next_child(in->r.doc, at, i))
        code = read_field(in, i, &rule->identity[rule->identity_len++]);
    return code;
}

static enum td_code read_identity(void *self, uint32_t at)
{
    return each((struct reading *)self, at,
                "identity is an object: event and list of fields",
                read_identity_of);
}

static enum td_code read_key(void *self, uint32_t at)
{
    struct reading *in = (struct reading *)self;

    return read_field(in, at, &in->masks->key);
}

/* Each name of a list, as one of two flags. */
static enum td_code mark_events(struct reading *in, uint32_t at, bool optional)
{
    enum td_code code = TD_OK;
    struct diff_event_rule *rule = NULL;

    if (!td_jsonx_is(in->r.doc, at, TD_JSON_ARRAY))
        return wrong(in, at, "this is no list of events");
    for (uint32_t i = first_child(in->r.doc, at); i && !code;
         i = next_child(in->r.doc, at, i)) {
        code = event_of(in, i, &rule);
        if (!code && rule && optional)
            rule->optional = true;
        else if (!code && rule)
            rule->untimed = true;
    }
    return code;
}

static enum td_code read_optional(void *self, uint32_t at)
{
    return mark_events((struct reading *)self, at, true);
}

/* "p95" and "50%". */
static enum td_code read_band(struct reading *in, uint32_t key)
{
    const char *name = text_of(in, key);
    const char *share = td_jsonx_is(in->r.doc, key + 1, TD_JSON_STRING)
                            ? text_of(in, key + 1)
                            : "";
    struct diff_band band = {0};
    char *end = NULL;

    if (!strcmp(name, "skip"))
        return mark_events(in, key + 1, false);
    if (*name == 'p' && name[1] >= '1' && name[1] <= '9')
        band.percentile = (unsigned)strtoul(name + 1, &end, 10);
    if (band.percentile == 0 || band.percentile > 100 || !end || *end)
        return wrong(in, key, "timing has p1 to p100, and skip");
    band.share = strtod(share, &end) / 100;
    if (*share < '0' || *share > '9' || strcmp(end, "%") ||
        !isfinite(band.share))
        return wrong(in, key + 1, "how far it may be away is written as 25%");
    if (in->masks->bands_len == DIFF_BANDS_MAX)
        return td_jsonx_fail(in->r.doc, key, TD_LIMIT, in->r.err,
                             "timing has at most %d percentiles",
                             DIFF_BANDS_MAX);
    in->masks->bands[in->masks->bands_len++] = band;
    return TD_OK;
}

static enum td_code read_timing(void *self, uint32_t at)
{
    return each((struct reading *)self, at,
                "timing is an object: percentile and band", read_band);
}

enum td_code diff_masks_read(struct diff_masks *masks,
                             const struct td_jsonx *doc, struct td_error *err)
{
    static const struct td_jsonx_key keys[] = {
        {"masks", read_version},     {"identity", read_identity},
        {"order", read_order},       {"key", read_key},
        {"fields", read_fields},     {"timing", read_timing},
        {"optional", read_optional}, {NULL, NULL}};
    struct reading in = {.r = {.doc = doc, .err = err}, .masks = masks};

    (void)ids_of(masks, "");
    if (!td_jsonx_is(doc, 0, TD_JSON_OBJECT) ||
        !td_jsonx_member(doc, 0, "masks"))
        return wrong(&in, 0, "a masks file is an object that says masks: 1");
    return td_jsonx_read(
        &in.r, 0, &(struct td_jsonx_shape){keys, "a masks file has"}, &in);
}

enum td_code diff_masks_load(struct diff_masks *masks, const char *path,
                             struct td_error *err)
{
    struct td_jsonx doc = {0};
    enum td_code code = td_jsonx_load(&doc, path, err);

    if (!code)
        code = diff_masks_read(masks, &doc, err);
    td_jsonx_release(&doc);
    return code;
}

void diff_masks_release(struct diff_masks *masks)
{
    for (uint32_t i = 0; i < masks->fields_len; i++)
        schema_pattern_free(masks->fields[i].pattern);
    free(masks->fields);
    free(masks->events);
    free((void *)masks->ids);
    td_arena_release(&masks->arena);
    *masks = (struct diff_masks){0};
}

const struct diff_event_rule *diff_masks_event(const struct diff_masks *masks,
                                               struct td_bytes name)
{
    for (uint32_t i = 0; i < masks->events_len; i++) {
        if (td_bytes_is(name, masks->events[i].name))
            return &masks->events[i];
    }
    return NULL;
}
