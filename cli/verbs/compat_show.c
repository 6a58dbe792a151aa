#include "cli/verbs/compat_show.h"

#include "core/log.h"

#include <inttypes.h>

#define PROOFS_SHOWN  3
#define MESSAGE_SHOWN 400 /* bytes of one */

static void add_proof(struct td_buf *out, const struct compat_proof *proof)
{
    struct td_bytes text = td_text(proof->message);
    bool cut = text.len > MESSAGE_SHOWN;

    if (cut)
        text.len = MESSAGE_SHOWN;
    (void)td_buf_add_text(out, "    ");
    (void)td_text_clean(out,
                        td_text(*proof->event ? proof->event : "(no name)"));
    (void)td_buf_add_text(out, "  ");
    (void)td_text_clean(out, text);
    (void)td_buf_add_text(out,
                          cut ? "...\n      refused: " : "\n      refused: ");
    (void)td_text_clean(out, td_text(proof->why));
    (void)td_buf_add_byte(out, '\n');
}

/* Events that only one side has, and who they are a matter of. */
static void add_further(struct td_buf *out, const struct compat_way *way)
{
    if (!way->further)
        return;
    (void)td_buf_addf(out, "    taken, but never seen there: ");
    for (uint32_t i = 0; i < way->further && i < COMPAT_FURTHER_NAMES; i++) {
        (void)td_buf_add_text(out, i ? ", " : "");
        (void)td_text_clean(out, td_text(way->further_names[i]));
    }
    if (way->further > COMPAT_FURTHER_NAMES)
        (void)td_buf_addf(out, " and %" PRIu32 " more",
                          way->further - COMPAT_FURTHER_NAMES);
    (void)td_buf_add_text(out, "; a consumer that refuses events it does not "
                               "know breaks\n");
}

static void add_way(struct td_buf *out, const char *name, const char *what,
                    const struct compat_way *way, bool all)
{
    uint32_t shown =
        all || way->proofs_len < PROOFS_SHOWN ? way->proofs_len : PROOFS_SHOWN;
    uint64_t more = (uint64_t)way->proofs_len - shown + way->left_out;

    if (!compat_is_known(way)) {
        (void)td_buf_addf(
            out, "  %-9s unknown: no message could be made to try\n", name);
        return;
    }
    (void)td_buf_addf(out, "  %-9s %s: ", name, way->proofs_len ? "no" : "yes");
    if (!way->proofs_len)
        (void)td_buf_addf(out, "none of %" PRIu64 " messages that %s\n",
                          way->tried, what);
    else
        (void)td_buf_addf(out, "a message that %s, of %" PRIu64 " event%s\n",
                          what, way->proofs_len + (uint64_t)way->left_out,
                          way->proofs_len == 1 ? "" : "s");
    for (uint32_t i = 0; i < shown; i++)
        add_proof(out, &way->proofs[i]);
    if (way->untried)
        (void)td_buf_addf(out,
                          "    not tried: %" PRIu32 " event%s, of which no "
                          "message could be made\n",
                          way->untried, way->untried == 1 ? "" : "s");
    add_further(out, way);
    if (more)
        (void)td_buf_addf(out, "    and %" PRIu64 " more event%s%s\n", more,
                          more == 1 ? "" : "s", all ? "" : " (-v)");
}

void cli_compat_text(struct td_buf *out, const struct compat *compat, bool all)
{
    (void)td_buf_addf(out, "compatibility: %s\n", compat_class(compat));
    add_way(out, "backward", "the old side accepts and the new one refuses",
            &compat->backward, all);
    add_way(out, "forward", "the new side accepts and the old one refuses",
            &compat->forward, all);
}

static void put_way(struct td_json_writer *w, const char *key,
                    const struct compat_way *way)
{
    td_json_object(w, key);
    if (compat_is_known(way))
        td_json_put_bool(w, "holds", !way->proofs_len);
    else
        td_json_put_raw(w, "holds", td_text("null"));
    td_json_put_u64(w, "tried", way->tried);
    td_json_put_u64(w, "untried", way->untried);
    td_json_put_u64(w, "further", way->further);
    td_json_array(w, "proofs");
    for (uint32_t i = 0; i < way->proofs_len; i++) {
        const struct compat_proof *proof = &way->proofs[i];

        td_json_object(w, NULL);
        td_json_put_text(w, "event", proof->event);
        td_json_put_raw(w, "message", td_text(proof->message));
        td_json_put_text(w, "refused", proof->why);
        if (proof->accepted_by)
            td_json_put_raw(w, "accepted_by", td_text(proof->accepted_by));
        if (proof->refused_by)
            td_json_put_raw(w, "refused_by", td_text(proof->refused_by));
        td_json_object_end(w);
    }
    td_json_array_end(w);
    td_json_put_u64(w, "left_out", way->left_out);
    td_json_object_end(w);
}

void cli_compat_json(struct td_json_writer *w, const struct compat *compat)
{
    td_json_object(w, "compatibility");
    td_json_put_text(w, "class", compat_class(compat));
    put_way(w, "backward", &compat->backward);
    put_way(w, "forward", &compat->forward);
    td_json_object_end(w);
}
