/* A plan as YAML that a person reads: a key a line in each task, values as
 * flow, and what is the same everywhere once.
 */
#include "orchestrator/blueprint/generate.h"

#include <ctype.h>
#include <string.h>

struct yaml {
    struct td_buf *out;
    struct td_json_doc doc;
    uint32_t spec; /* the first one, which is the anchor; 0: not yet */
};

/* May it stand without quotes, in flow as well? */
static bool plain(struct td_bytes text)
{
    static const char *const words[] = {"true", "false", "null", "yes", "no",
                                        "on",   "off",   "y",    "n"};

    if (text.len == 0 || text.len > 80 || text.ptr[0] < 'A' ||
        text.ptr[0] > 'z')
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (!memchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                    "0123456789_-./",
                    text.ptr[i], 66))
            return false;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (text.len == strlen(words[i]) &&
            !strncasecmp((const char *)text.ptr, words[i], text.len))
            return false;
    return text.ptr[0] != '_' && text.ptr[0] != '[' && text.ptr[0] != '^' &&
           text.ptr[0] != '\\';
}

static void put_string(struct yaml *y, uint32_t at)
{
    struct td_bytes inner = td_json_inner(&y->doc, at);

    (void)td_buf_add_bytes(y->out,
                           plain(inner) ? inner : td_json_raw(&y->doc, at));
}

static void put_flow(struct yaml *y, uint32_t at);

/* As deep as what is read, which has a bound. */
/* NOLINTBEGIN(misc-no-recursion) */
static void put_members(struct yaml *y, uint32_t at)
{
    const struct td_json_value *v = y->doc.values;

    (void)td_buf_add_text(y->out, "{");
    for (uint32_t key = at + 1; key < v[at].next; key = v[key + 1].next) {
        struct td_bytes name = td_json_inner(&y->doc, key);

        if (key > at + 1)
            (void)td_buf_add_text(y->out, ", ");
        put_string(y, key);
        (void)td_buf_add_text(y->out, ": ");
        if (!td_bytes_is(name, "spec") || v[key + 1].kind != TD_JSON_OBJECT) {
            put_flow(y, key + 1);
        } else if (!y->spec) {
            y->spec = key + 1;
            (void)td_buf_add_text(y->out, "&spec ");
            put_flow(y, key + 1);
        } else {
            (void)td_buf_add_text(y->out, "*spec");
        }
    }
    (void)td_buf_add_text(y->out, "}");
}

static void put_flow(struct yaml *y, uint32_t at)
{
    const struct td_json_value *v = y->doc.values;

    if (v[at].kind == TD_JSON_STRING) {
        put_string(y, at);
    } else if (v[at].kind == TD_JSON_OBJECT) {
        put_members(y, at);
    } else if (v[at].kind == TD_JSON_ARRAY) {
        (void)td_buf_add_text(y->out, "[");
        for (uint32_t i = at + 1; i < v[at].next; i = v[i].next) {
            (void)td_buf_add_text(y->out, i > at + 1 ? ", " : "");
            put_flow(y, i);
        }
        (void)td_buf_add_text(y->out, "]");
    } else {
        (void)td_buf_add_bytes(y->out, td_json_raw(&y->doc, at));
    }
}
/* NOLINTEND(misc-no-recursion) */

/* The members of an object, a line each, behind so much indentation. */
static void put_lines(struct yaml *y, uint32_t at, const char *first,
                      const char *others)
{
    const struct td_json_value *v = y->doc.values;

    for (uint32_t key = at + 1; key < v[at].next; key = v[key + 1].next) {
        (void)td_buf_add_text(y->out, key == at + 1 ? first : others);
        put_string(y, key);
        (void)td_buf_add_text(y->out, ": ");
        put_flow(y, key + 1);
        (void)td_buf_add_text(y->out, "\n");
    }
}

static void put_tasks(struct yaml *y, uint32_t at)
{
    const struct td_json_value *v = y->doc.values;

    (void)td_buf_add_text(y->out, "tasks:\n");
    for (uint32_t i = at + 1; i < v[at].next; i = v[i].next)
        put_lines(y, i, "- ", "  ");
}

static void put_head(const struct blue_plan *plan, struct td_buf *out)
{
    (void)td_buf_addf(out,
                      "# %zu tasks in %zu waves, %zu files, by the blueprint "
                      "%s.\n",
                      plan->tasks, plan->waves, plan->files, plan->blueprint);
    for (size_t i = 0; i < plan->defaults.len; i++)
        (void)td_buf_addf(out, "# default: %s\n", plan->defaults.items[i]);
}

void blue_plan_yaml(const struct blue_plan *plan, struct td_buf *out)
{
    struct yaml y = {.out = out};
    const struct td_json_value *v;

    if (td_json_parse(&y.doc, td_buf_bytes(&plan->json), TD_JSON_DEPTH, NULL) !=
        TD_OK)
        return;
    v = y.doc.values;
    put_head(plan, out);
    for (uint32_t key = 1; key < v[0].next; key = v[key + 1].next) {
        if (td_bytes_is(td_json_inner(&y.doc, key), "tasks")) {
            put_tasks(&y, key + 1);
            continue;
        }
        put_string(&y, key);
        (void)td_buf_add_text(out, ": ");
        put_flow(&y, key + 1);
        (void)td_buf_add_text(out, "\n");
    }
    td_json_release(&y.doc);
}
