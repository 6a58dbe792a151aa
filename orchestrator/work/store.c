#include "orchestrator/work/store.h"

#include "core/log.h"
#include "orchestrator/work/place_internal.h"
#include "orchestrator/work/record.h"
#include "orchestrator/work/store_internal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAST_MAX ((size_t)128 << 20)
#define DEPTH    8

void work_past_release(struct work_past *past)
{
    work_key_release(&past->key);
    work_files_release(&past->outputs);
    td_arena_release(&past->arena);
    *past = (struct work_past){0};
}

/* "last/nightly/clean_a" */
static const char *path_of(struct td_buf *out, const char *plan,
                           const char *task)
{
    (void)td_buf_add_text(out, "last/");
    work_safe_name(out, plan);
    (void)td_buf_add_byte(out, '/');
    work_safe_name(out, task);
    return td_buf_str(out);
}

static bool take_took(const struct td_json_doc *doc, uint32_t at,
                      struct work_past *past)
{
    if (!at || doc->values[at].kind != TD_JSON_ARRAY ||
        doc->values[at].count > WORK_TOOK)
        return false;
    for (uint32_t i = at + 1; i < doc->values[at].next; i++) {
        struct td_bytes raw = td_json_raw(doc, i);

        if (doc->values[i].kind != TD_JSON_NUMBER ||
            doc->values[i].flags & TD_JSON_NOT_INT || raw.ptr[0] == '-')
            return false;
        for (size_t k = 0; k < raw.len; k++)
            past->took_ns[past->took_count] =
                past->took_ns[past->took_count] * 10 + raw.ptr[k] - '0';
        past->took_count++;
    }
    return true;
}

static bool take_key(const struct td_json_doc *doc, struct work_past *past)
{
    uint8_t digest[WORK_SHA256];
    const char *hex = work_take_text(doc, 0, "key", &past->arena);

    if (!hex || !work_take_parts(doc, td_json_member(doc, 0, td_text("parts")),
                                 &past->key))
        return false;
    if (*hex == 0)
        return true;
    if (!work_take_hex(hex, digest))
        return false;
    work_hex(past->key.hex, digest);
    return true;
}

bool work_past_parse(struct td_bytes text, struct work_past *past)
{
    struct td_json_doc doc = {0};
    bool good = !td_json_parse(&doc, text, DEPTH, NULL);

    if (good)
        past->execution = work_take_text(&doc, 0, "execution", &past->arena);
    good = good && past->execution && take_key(&doc, past) &&
           work_take_files(&doc, td_json_member(&doc, 0, td_text("outputs")),
                           &past->outputs) &&
           take_took(&doc, td_json_member(&doc, 0, td_text("took")), past);
    td_json_release(&doc);
    if (!good)
        work_past_release(past);
    return good;
}

/* What a task without a past of its own took. */
static enum td_code take_lines(struct work_place *place, const char *plan,
                               const char *task, struct work_past *past,
                               struct td_error *err)
{
    struct work_took lines[WORK_TOOK];
    enum td_code code =
        work_tooks_find(place, plan, task, lines, &past->took_count, err);

    for (uint32_t i = 0; i < past->took_count; i++)
        past->took_ns[i] = lines[i].took_ns;
    if (past->took_count)
        past->execution = td_arena_copy(&past->arena, lines[0].execution);
    return code;
}

enum td_code work_recall(struct work_place *place, const char *plan,
                         const char *task, struct work_past *past,
                         struct td_error *err)
{
    struct td_buf path = {0};
    struct td_buf text = {.max = PAST_MAX};
    enum td_code code =
        work_state_read(place, path_of(&path, plan, task), &text, err);

    if (!code && !work_past_parse(td_buf_bytes(&text), past))
        td_log(TD_LOG_WARN,
               "%s/%s: cannot be understood; %s runs as if for the first time",
               place->state, td_buf_str(&path), task);
    td_buf_release(&path);
    td_buf_release(&text);
    if (code == TD_END)
        return take_lines(place, plan, task, past, err);
    return code == TD_IO ? code : TD_OK;
}

static void put_took(struct td_json_writer *w, const struct work_past *before,
                     uint64_t took_ns)
{
    uint32_t room = took_ns ? WORK_TOOK - 1 : WORK_TOOK;

    td_json_array(w, "took");
    if (took_ns)
        td_json_put_u64(w, NULL, took_ns);
    for (uint32_t i = 0; i < before->took_count && i < room; i++)
        td_json_put_u64(w, NULL, before->took_ns[i]);
    td_json_array_end(w);
}

static void put_success(struct td_buf *out, const struct work_success *s,
                        const struct work_past *before)
{
    static const struct work_key none;
    static const struct work_files nothing;
    const struct work_key *key = s->key ? s->key : &none;
    struct td_json_writer w = td_json_writer(out);

    td_json_object(&w, NULL);
    td_json_put_text(&w, "execution", s->execution);
    td_json_put_text(&w, "key", key->hex);
    work_put_parts(&w, "parts", key);
    work_put_files(&w, "outputs", s->outputs ? s->outputs : &nothing);
    put_took(&w, before, s->took_ns);
    td_json_object_end(&w);
    (void)td_json_line(&w);
}

static bool has_own(const struct work_place *place,
                    const struct work_success *s)
{
    struct td_buf path = {0};
    bool has = faccessat(place->state_fd, path_of(&path, s->plan, s->task),
                         F_OK, AT_SYMLINK_NOFOLLOW) == 0;

    td_buf_release(&path);
    return has;
}

enum td_code work_remember(struct work_place *place,
                           const struct work_success *s, struct td_error *err)
{
    struct work_past before = {0};
    struct td_buf path = {0};
    struct td_buf text = {0};
    enum td_code code;

    /* With a past of its own it goes on with that. */
    if (!s->key && s->took_ns && !has_own(place, s))
        return work_tooks_add(
            place, s->plan,
            &(struct work_took){s->task, s->execution, s->took_ns}, err);
    code = work_recall(place, s->plan, s->task, &before, err);
    if (!code) {
        put_success(&text, s, &before);
        code = work_replace_lazily(place, place->state_fd,
                                   path_of(&path, s->plan, s->task),
                                   td_buf_bytes(&text), err);
    }
    work_past_release(&before);
    td_buf_release(&path);
    td_buf_release(&text);
    return code;
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

uint64_t work_past_took(const struct work_past *past)
{
    uint64_t sorted[WORK_TOOK];

    if (!past->took_count)
        return 0;
    memcpy(sorted, past->took_ns, sizeof(sorted));
    qsort(sorted, past->took_count, sizeof(sorted[0]), by_number);
    return sorted[past->took_count / 2];
}

/* What a file is not, as it was left; NULL: it is. */
static const char *changed(const struct work_file *then,
                           const struct work_file *now)
{
    if (!now || now->kind != then->kind)
        return "is gone";
    return now->exec != then->exec ||
                   memcmp(now->sha256, then->sha256, WORK_SHA256) != 0
               ? "has changed"
               : NULL;
}

/* What of the outputs is not as it was left. One more in a folder, or of those
 * that a pattern names, would be told as made by the task, too. */
static bool is_whole(const struct work_past *past, const struct work_files *now,
                     struct td_buf *why)
{
    const struct work_files *then = &past->outputs;
    const char *path = NULL;
    const char *what = NULL;

    for (uint32_t i = 0; !what && i < then->count; i++) {
        path = then->list[i].path;
        what = changed(&then->list[i], work_files_find(now, path));
    }
    if (!what && now->missing_count) {
        path = now->missing[0];
        what = "is gone";
    }
    for (uint32_t i = 0; !what && i < now->count; i++) {
        path = now->list[i].path;
        what = work_files_find(then, path) ? NULL : "was not there";
    }
    if (what && why)
        (void)td_buf_addf(why, "output %s %s", path, what);
    return !what;
}

enum td_code work_fresh(struct work_place *place, const struct work_past *past,
                        const struct work_want *want, bool *fresh,
                        struct td_buf *why, struct td_error *err)
{
    struct work_files now = {0};
    enum td_code code;

    *fresh = false;
    if (!past->execution || !past->key.hex[0]) {
        if (why)
            (void)td_buf_add_text(why, past->execution
                                           ? "its last run was not to be kept"
                                           : "it has never ended well");
        return TD_OK;
    }
    if (strcmp(want->key->hex, past->key.hex) != 0) {
        if (why)
            (void)work_key_why(why, want->key, &past->key, past->execution);
        return TD_OK;
    }
    code = work_inputs(place, want->outputs, &now, err);
    if (!code)
        *fresh = is_whole(past, &now, why);
    work_files_release(&now);
    return code;
}
