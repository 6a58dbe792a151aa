/* A text of the server: an artifact, or what a task has written. */
#include "console/console_internal.h"
#include "core/json_value.h"
#include "core/mem.h"
#include "core/suggest.h"

#include <stdlib.h>
#include <string.h>

static void put_head(struct console *c, const struct console_answer *answer,
                     const char *path)
{
    struct panel v = console_view(c);
    const struct seen *s = c->seen;
    uint32_t i = s->artifact_count;

    while (i > 0 && strcmp(s->artifacts[i - 1].path, path) != 0)
        i--;
    if (i > 0)
        panel_artifact_head(&c->text, &v, &s->artifacts[i - 1]);
    else
        panel_text_head(
            &c->text, &v, path,
            td_json_member_double(answer->doc, answer->data, "size", 0));
}

/* A path that is none may have been meant otherwise. */
static void suggest(struct console *c)
{
    struct td_suggestion near = {.word = c->asked.text};
    struct td_buf clean = {0};

    for (uint32_t i = 0; i < c->seen->artifact_count; i++)
        td_suggest(&near, c->seen->artifacts[i].path);
    if (!near.best)
        return;
    text_clean(&clean, td_text(near.best), &c->options.style);
    free(c->asked.meant);
    c->asked.meant = td_strdup(td_buf_str(&clean));
    td_buf_release(&clean);
}

void console_render_text(struct console *c, const struct console_answer *answer)
{
    struct panel v = console_view(c);
    struct panel_text which = {
        .from = c->asked.from, .lines = c->asked.lines, .raw = c->asked.raw};
    struct td_buf path = {0};
    struct td_buf text = {0};

    if (!answer->done) {
        suggest(c);
        return;
    }
    console_member(answer->doc, answer->data, "path", &path);
    console_member(answer->doc, answer->data, "text", &text);
    which.path = td_buf_str(&path);
    which.text = td_buf_bytes(&text);
    if (*c->asked.text && !which.raw)
        put_head(c, answer, which.path);
    panel_text(&c->text, &v, &which);
    td_buf_release(&path);
    td_buf_release(&text);
}
