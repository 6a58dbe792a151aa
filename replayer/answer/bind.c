#include "replayer/answer/bind.h"

#include "core/mem.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#define FIELD "header:"

struct play_bound {
    char *recorded;
    char *live;
};

/* ---- the words ---- */

static enum td_code refuse(const char *word, const char *why,
                           struct td_error *err)
{
    (void)td_error_set(err, TD_USAGE, "--bind", 0, "%.100s %s", word, why);
    return td_error_hint(err, "write --bind /POINTER or --bind header:NAME");
}

enum td_code play_binds_read(struct play_binds *binds, const char *const *words,
                             struct td_error *err)
{
    size_t prefix = strlen(FIELD);

    for (; *words; words++) {
        bool field = !strncmp(*words, FIELD, prefix);

        if (binds->pointers_len + binds->fields_len == PLAY_BINDS_MAX)
            return td_error_set(err, TD_USAGE, "--bind", 0,
                                "more than %d values", PLAY_BINDS_MAX);
        if (field && !http_is_token(td_text(*words + prefix)))
            return refuse(*words, "names no field", err);
        if (!field && **words != '/')
            return refuse(*words, "is no pointer and no field", err);
        if (field)
            binds->fields[binds->fields_len++] = *words + prefix;
        else
            binds->pointers[binds->pointers_len++] = *words;
    }
    return TD_OK;
}

void play_binds_release(struct play_binds *binds)
{
    for (uint32_t i = 0; i < binds->len; i++) {
        free(binds->list[i].recorded);
        free(binds->list[i].live);
    }
    for (uint32_t i = 0; i < binds->fields_len; i++)
        free(binds->field_values[i]);
    free(binds->list);
    td_json_release(&binds->docs[0]);
    td_json_release(&binds->docs[1]);
    *binds = (struct play_binds){0};
}

void play_binds_keep(struct play_binds *own, const struct play_binds *from)
{
    memcpy(own->pointers, from->pointers, sizeof(own->pointers));
    own->pointers_len = from->pointers_len;
    for (uint32_t i = 0; i < from->len; i++) {
        own->list = td_list_room(own->list, own->len, sizeof(*own->list));
        own->list[own->len++] = (struct play_bound){
            td_strdup(from->list[i].recorded), td_strdup(from->list[i].live)};
    }
}

/* ---- values ---- */

/* A mark of the recorder stands for many values, and so for none. */
static void bind(struct play_binds *binds, struct td_bytes recorded,
                 struct td_bytes live)
{
    struct play_bound *at = NULL;

    if (!recorded.len || !live.len || td_bytes_is(recorded, "[redacted]") ||
        td_bytes_is(recorded, "[withheld]"))
        return;
    for (uint32_t i = 0; i < binds->len && !at; i++)
        if (td_bytes_is(recorded, binds->list[i].recorded))
            at = &binds->list[i];
    if (!at && binds->len == PLAY_BOUND_MAX)
        return;
    if (!at) {
        binds->list =
            td_list_room(binds->list, binds->len, sizeof(*binds->list));
        at = &binds->list[binds->len++];
        *at = (struct play_bound){.recorded =
                                      td_strndup(recorded.ptr, recorded.len)};
    }
    free(at->live);
    at->live = td_strndup(live.ptr, live.len);
}

/* A string without its quotes, or a number; else ptr NULL. */
static struct td_bytes value_at(const struct td_json_doc *doc,
                                const char *pointer)
{
    uint32_t at = td_json_pointer(doc, 0, pointer);

    if (at == UINT32_MAX)
        return td_bytes(NULL, 0);
    if (doc->values[at].kind == TD_JSON_STRING)
        return td_json_inner(doc, at);
    return doc->values[at].kind == TD_JSON_NUMBER ? td_json_raw(doc, at)
                                                  : td_bytes(NULL, 0);
}

void play_binds_learn(struct play_binds *binds, struct td_bytes recorded,
                      struct td_bytes live)
{
    if (!binds->pointers_len ||
        td_json_parse(&binds->docs[0], recorded, TD_JSON_DEPTH, NULL) ||
        td_json_parse(&binds->docs[1], live, TD_JSON_DEPTH, NULL))
        return;
    for (uint32_t i = 0; i < binds->pointers_len; i++)
        bind(binds, value_at(&binds->docs[0], binds->pointers[i]),
             value_at(&binds->docs[1], binds->pointers[i]));
}

void play_binds_learn_head(struct play_binds *binds,
                           const struct play_field *recorded, uint32_t len,
                           const struct http_head *live)
{
    for (uint32_t i = 0; i < binds->fields_len; i++) {
        struct td_bytes value = http_field(live, binds->fields[i]);

        if (!value.len)
            continue;
        free(binds->field_values[i]);
        binds->field_values[i] = td_strndup(value.ptr, value.len);
        bind(binds, play_field_value(recorded, len, binds->fields[i]), value);
    }
}

const char *play_binds_field(const struct play_binds *binds, const char *name)
{
    for (uint32_t i = 0; i < binds->fields_len; i++)
        if (!strcasecmp(binds->fields[i], name))
            return binds->field_values[i];
    return NULL;
}

/* ---- in what is said ---- */

static bool is_inner(uint8_t byte)
{
    return isalnum(byte) || byte == '_' || byte == '-';
}

/* A number is more than its digits: 7 is not in 1.7, nor in "7.5". */
static bool is_word(struct td_bytes text, size_t at, size_t len)
{
    bool digit = isdigit(text.ptr[at]);
    uint8_t before = at ? text.ptr[at - 1] : ' ';
    uint8_t after = at + len < text.len ? text.ptr[at + len] : ' ';

    return !is_inner(before) && !is_inner(after) &&
           !(digit && (before == '.' || after == '.'));
}

/* What stands at that place, and what is put there instead; NULL: nothing. */
static const char *find(const struct play_binds *binds, bool undo,
                        struct td_bytes text, size_t at, size_t *len)
{
    if (at && is_inner(text.ptr[at - 1]))
        return NULL;
    for (; binds; binds = binds->others)
        for (uint32_t i = 0; i < binds->len; i++) {
            const struct play_bound *bound = &binds->list[i];
            const char *from = undo ? bound->live : bound->recorded;

            *len = strlen(from);
            if (*len <= text.len - at && !memcmp(text.ptr + at, from, *len) &&
                is_word(text, at, *len))
                return undo ? bound->recorded : bound->live;
        }
    return NULL;
}

static void put(const struct play_binds *binds, bool undo, struct td_buf *out,
                struct td_bytes text)
{
    bool begins[256] = {false}; /* what is bound begins with such a byte */
    size_t from = 0;
    size_t len = 0;
    bool any = false;

    for (const struct play_binds *b = binds; b; b = b->others)
        for (uint32_t i = 0; i < b->len; i++)
            begins[(uint8_t) * (undo ? b->list[i].live : b->list[i].recorded)] =
                any = true;
    for (size_t at = 0; any && at < text.len;) {
        const char *instead =
            begins[text.ptr[at]] ? find(binds, undo, text, at, &len) : NULL;

        if (!instead) {
            at++;
            continue;
        }
        (void)td_buf_add(out, text.ptr + from, at - from);
        (void)td_buf_add_text(out, instead);
        at += len;
        from = at;
    }
    if (text.len > from)
        (void)td_buf_add(out, text.ptr + from, text.len - from);
}

void play_binds_put(const struct play_binds *binds, struct td_buf *out,
                    struct td_bytes text)
{
    put(binds, false, out, text);
}

void play_binds_undo(const struct play_binds *binds, struct td_buf *out,
                     struct td_bytes text)
{
    put(binds, true, out, text);
}
