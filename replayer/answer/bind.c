#include "replayer/answer/bind.h"

#include "core/mem.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#define FIELD "header:"

struct play_bind {
    char *recorded;
    char **lives; /* the last that was said first */
    uint32_t len;
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
        struct play_bind *bind = &binds->list[i];

        for (uint32_t k = 0; k < bind->len; k++)
            free(bind->lives[k]);
        free(bind->lives);
        free(bind->recorded);
    }
    for (uint32_t i = 0; i < binds->fields_len; i++)
        free(binds->field_values[i]);
    free(binds->list);
    td_json_release(&binds->docs[0]);
    td_json_release(&binds->docs[1]);
    *binds = (struct play_binds){0};
}

/* ---- values ---- */

static struct play_bind *add(struct play_binds *binds, struct td_bytes recorded)
{
    struct play_bind *bind;

    binds->list = td_list_room(binds->list, binds->len, sizeof(*binds->list));
    bind = &binds->list[binds->len++];
    *bind =
        (struct play_bind){.recorded = td_strndup(recorded.ptr, recorded.len)};
    return bind;
}

static void put_first(struct play_bind *bind, uint32_t at)
{
    char *live = bind->lives[at];

    memmove(bind->lives + 1, bind->lives, at * sizeof(*bind->lives));
    bind->lives[0] = live;
}

static void add_live(struct play_bind *bind, struct td_bytes live)
{
    if (bind->len == PLAY_LIVES_MAX)
        free(bind->lives[--bind->len]);
    bind->lives = td_list_room(bind->lives, bind->len, sizeof(*bind->lives));
    bind->lives[bind->len] = td_strndup(live.ptr, live.len);
    put_first(bind, bind->len++);
}

void play_binds_keep(struct play_binds *own, const struct play_binds *from)
{
    memcpy(own->pointers, from->pointers, sizeof(own->pointers));
    own->pointers_len = from->pointers_len;
    for (uint32_t i = 0; i < from->len; i++) {
        struct play_bind *bind = add(own, td_text(from->list[i].recorded));

        add_live(bind, td_text(from->list[i].lives[0]));
    }
}

/* A mark of the recorder stands for many values, and so for none. */
static void bind(struct play_binds *binds, struct td_bytes recorded,
                 struct td_bytes live)
{
    struct play_bind *at = NULL;

    if (!recorded.len || !live.len || td_bytes_is(recorded, "[redacted]") ||
        td_bytes_is(recorded, "[withheld]"))
        return;
    for (uint32_t i = 0; i < binds->len && !at; i++)
        if (td_bytes_is(recorded, binds->list[i].recorded))
            at = &binds->list[i];
    if (!at && binds->len == PLAY_BOUND_MAX)
        return;
    if (!at)
        at = add(binds, recorded);
    for (uint32_t i = 0; i < at->len; i++)
        if (td_bytes_is(live, at->lives[i])) {
            put_first(at, i);
            return;
        }
    add_live(at, live);
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

static bool stands_at(struct td_bytes text, size_t at, const char *word,
                      size_t *len)
{
    *len = strlen(word);
    return *len <= text.len - at && !memcmp(text.ptr + at, word, *len) &&
           is_word(text, at, *len);
}

/* What stands at that place, and what is put there instead; NULL: nothing. */
static const char *find(const struct play_binds *binds, bool undo,
                        struct td_bytes text, size_t at, size_t *len)
{
    if (at && is_inner(text.ptr[at - 1]))
        return NULL;
    for (; binds; binds = binds->others)
        for (uint32_t i = 0; i < binds->len; i++) {
            struct play_bind *bind = &binds->list[i];

            if (!undo && stands_at(text, at, bind->recorded, len))
                return bind->lives[0];
            for (uint32_t k = 0; undo && k < bind->len; k++)
                if (stands_at(text, at, bind->lives[k], len)) {
                    put_first(bind, k);
                    return bind->recorded;
                }
        }
    return NULL;
}

static void see_first(bool begins[256], const struct play_bind *bind, bool undo)
{
    if (!undo)
        begins[(uint8_t)*bind->recorded] = true;
    for (uint32_t i = 0; undo && i < bind->len; i++)
        begins[(uint8_t)*bind->lives[i]] = true;
}

static void put(const struct play_binds *binds, bool undo, struct td_buf *out,
                struct td_bytes text)
{
    bool begins[256] = {false}; /* what is bound begins with such a byte */
    size_t from = 0;
    size_t len = 0;
    bool any = false;

    for (const struct play_binds *b = binds; b; b = b->others)
        for (uint32_t i = 0; i < b->len; i++, any = true)
            see_first(begins, &b->list[i], undo);
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

void play_binds_undo(struct play_binds *binds, struct td_buf *out,
                     struct td_bytes text)
{
    put(binds, true, out, text);
}
