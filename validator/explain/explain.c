#include "validator/explain/explain.h"

#include "validator/expr/slip.h"
#include "validator/rule/say.h"
#include "validator/verb/verb.h"

#include <ctype.h>
#include <string.h>

/* The scope: `when`. */
static void say_when(const struct check_writer *s)
{
    uint32_t when = check_say_key(s, "when");
    const struct check_writer inner = {s->out, s->doc, when};
    uint32_t before = when ? check_say_key(&inner, "before") : 0;
    uint32_t after = when ? check_say_key(&inner, "after") : 0;
    uint32_t until = when ? check_say_key(&inner, "until") : 0;
    uint32_t between = when ? check_say_key(&inner, "between") : 0;

    if (before) {
        check_say(s, "before the first ");
        check_say_selector(s, before);
    } else if (between) {
        check_say(s, "between each ");
        check_say_selector(s, between + 1);
        check_say(s, " and the next ");
        check_say_selector(s, s->doc->json.values[between + 1].next);
    } else if (after) {
        check_say(s, until ? "after each " : "after the first ");
        check_say_selector(s, after);
    }
    if (until) {
        check_say(s, " until the next ");
        check_say_selector(s, until);
    }
    check_say(s, before || after || between ? ", " : "");
}

/* What looks like the name of an event and is read as arithmetic. */
static void say_slips(const struct check_writer *s)
{
    const struct td_json_doc *json = &s->doc->json;
    uint32_t events = td_json_member(json, 0, td_text("events"));
    uint32_t expr = check_say_key(s, "expr");
    struct td_buf text = {0};

    if (expr && td_jsonx_is(s->doc, expr, TD_JSON_STRING))
        (void)td_json_unescape(&text, td_json_inner(json, expr));
    for (uint32_t key = events + 1; events && key < json->values[events].next;
         key = json->values[key + 1].next) {
        struct td_bytes name = td_json_inner(json, key);

        if (!check_slip_is(td_buf_bytes(&text), name))
            continue;
        check_say(s, " Here ");
        (void)td_buf_add_bytes(s->out, name);
        check_say(s, " is calculated: the event would be in quotes.");
    }
    td_buf_release(&text);
}

void check_explain_rule(struct td_buf *out, const struct td_jsonx *doc,
                        uint32_t at)
{
    struct check_writer s = {out, doc, at};
    size_t start = out->len;

    if (check_say_if(&s, "for each ", "by"))
        check_say(&s, ", ");
    say_when(&s);
    check_verb_say(&s);
    (void)check_say_if(&s, ", in at least this part of the cases: ", "mostly");
    out->ptr[start] = (uint8_t)toupper(out->ptr[start]);
    check_say(&s, ".");
    say_slips(&s);
}
