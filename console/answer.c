/* What the server has answered, as lines. */
#include "console/console_internal.h"
#include "console/keep.h"
#include "core/json_value.h"
#include "core/json_writer.h"
#include "core/mem.h"

#include <string.h>

/* ---- members ---- */

void console_member(const struct td_json_doc *doc, uint32_t object,
                    const char *name, struct td_buf *out)
{
    uint32_t at = td_json_member(doc, object, td_text(name));

    if (at && doc->values[at].kind == TD_JSON_STRING)
        (void)td_json_unescape(out, td_json_inner(doc, at));
}

uint32_t console_inner(const struct td_json_doc *doc, uint32_t object,
                       const char *name)
{
    uint32_t at = td_json_member(doc, object, td_text(name));

    return at && (doc->values[at].kind == TD_JSON_ARRAY ||
                  doc->values[at].kind == TD_JSON_OBJECT)
               ? at
               : 0;
}

/* ---- lines ---- */

/* Each line of a text of the server, cleaned. */
static void put_lines(struct console *c, const struct td_buf *text)
{
    for (size_t at = 0; at < text->len;) {
        const uint8_t *lf = memchr(text->ptr + at, '\n', text->len - at);
        size_t len = lf ? (size_t)(lf - text->ptr) - at : text->len - at;

        text_clean(&c->text, td_bytes(text->ptr + at, len), &c->options.style);
        (void)td_buf_add_byte(&c->text, '\n');
        at += len + (lf != NULL);
    }
}

void console_put_output(struct console *c, const struct console_answer *answer)
{
    struct td_buf text = {0};

    (void)td_json_unescape(&text, answer->output);
    put_lines(c, &text);
    td_buf_release(&text);
}

static uint32_t put_executions(struct console *c,
                               const struct console_answer *answer,
                               const char *list, bool own)
{
    const struct td_json_doc *doc = answer->doc;
    uint32_t at = console_inner(doc, answer->data, list);
    uint32_t end = at ? doc->values[at].next : 0;
    uint32_t count = at ? doc->values[at].count : 0;
    struct panel v = console_view(c);

    for (at = at + 1; at < end; at = doc->values[at].next)
        panel_execution(&c->text, &v, doc, at, own);
    return count;
}

void console_render_executions(struct console *c,
                               const struct console_answer *answer)
{
    uint32_t own = put_executions(c, answer, "executions", true);
    uint32_t others = put_executions(c, answer, "others", false);
    double there =
        td_json_member_double(answer->doc, answer->data, "other_count", 0);

    if (!answer->done)
        return;
    if (own + others == 0)
        (void)td_buf_add_text(&c->text, there > 0
                                            ? "  no execution of this session\n"
                                            : "  no execution yet\n");
    if (there > others)
        (void)td_buf_addf(&c->text,
                          "  %.0f of other sessions: show executions "
                          "--all\n",
                          there);
}

void console_render_snapshots(struct console *c,
                              const struct console_answer *answer)
{
    const struct td_json_doc *doc = answer->doc;
    uint32_t list = console_inner(doc, answer->data, "snapshots");
    uint32_t end = list ? doc->values[list].next : 0;
    struct panel v = console_view(c);

    for (uint32_t at = list + 1; at < end; at = doc->values[at].next)
        panel_snapshot(&c->text, &v, doc, at);
    if (answer->done)
        console_put_output(c, answer);
}

/* Every mistake of a plan; without one, what it comes to. */
void console_render_lint(struct console *c, const struct console_answer *answer)
{
    const struct td_json_doc *doc = answer->doc;
    uint32_t list = console_inner(doc, answer->data, "errors");
    uint32_t end = list ? doc->values[list].next : 0;
    struct panel v = console_view(c);

    for (uint32_t at = list + 1; at < end; at = doc->values[at].next)
        panel_mistake(&c->text, &v, doc, at);
    if (answer->done)
        console_put_output(c, answer);
}

/* ---- all of them ---- */

static enum td_code failed(const struct console *c,
                           const struct console_answer *answer,
                           struct td_error *err)
{
    struct td_buf text = {0};
    struct td_buf clean = {0};

    (void)td_json_unescape(&text, answer->error);
    text_clean(&clean, td_buf_bytes(&text), &c->options.style);
    (void)td_error_set(err, answer->code, "", 0, "%s%s%s",
                       c->asked.command ? c->asked.command : "",
                       c->asked.command ? ": " : "", td_buf_str(&clean));
    td_buf_release(&text);
    td_buf_release(&clean);
    return answer->code;
}

static enum td_code failed_by(const struct console *c)
{
    return c->asked.failed_by ? c->asked.failed_by : TD_FAILED;
}

/* {"command":..,"success":..,"output":..,"error":..,"exit":..,"data":..} */
static void as_json(struct console *c, const struct console_answer *answer)
{
    struct td_buf out = {0};
    struct td_buf output = {0};
    struct td_json_writer w = td_json_writer(&out);

    (void)td_json_unescape(&output, answer->output);
    td_json_object(&w, NULL);
    td_json_put_text(&w, "command", c->asked.line ? c->asked.line : "");
    td_json_put_bool(&w, "success", answer->done && !c->asked.failed);
    td_json_put_string(&w, "output", td_buf_bytes(&output));
    td_buf_clear(&output);
    (void)td_json_unescape(&output, answer->error);
    if (!answer->done)
        console_put_failure(&w, td_buf_str(&output), answer->code);
    else if (c->asked.failed)
        console_put_failure(&w, c->asked.failed, failed_by(c));
    if (answer->data)
        td_json_put_raw(&w, "data", td_json_raw(answer->doc, answer->data));
    td_json_object_end(&w);
    (void)td_json_line(&w);
    (void)td_buf_add_bytes(&c->text, td_buf_bytes(&out));
    td_buf_release(&out);
    td_buf_release(&output);
}

static void add_meant(const struct console *c, struct td_error *err)
{
    struct td_error plain = *err;

    (void)td_error_set(err, plain.code, "", 0, "%s; did you mean \"%s\"?",
                       plain.text, c->asked.meant);
}

enum td_code console_answered(struct console *c,
                              const struct console_answer *answer,
                              struct td_error *err)
{
    console_render *render = c->asked.render;
    enum td_code code = answer->done ? TD_OK : failed(c, answer, err);

    if (render && answer->doc)
        render(c, answer);
    else if (answer->done)
        console_put_output(c, answer);
    if (code && c->asked.meant)
        add_meant(c, err);
    if (c->options.json) { /* who rendered has only judged it */
        td_buf_clear(&c->text);
        as_json(c, answer);
    }
    if (code == TD_OK && c->asked.failed)
        code = td_error_set(err, failed_by(c), "", 0, "%s: %s",
                            c->asked.command, c->asked.failed);
    console_keep_answered(c, code,
                          code ? td_text(err->text) : td_buf_bytes(&c->text));
    console_asked_clear(&c->asked);
    return code;
}
