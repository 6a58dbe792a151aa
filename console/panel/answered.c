/* Objects of a server's answers, a line each. */
#include "console/panel/panel_internal.h"
#include "core/clock.h"
#include "core/json_value.h"

#include <stdlib.h>
#include <string.h>

#define TO_SECOND 19 /* bytes of "2026-11-30T01:40:09" */

struct text_line panel_row(struct td_buf *out, const struct panel *v)
{
    return panel_line(out, v);
}

void panel_row_end(struct text_line *line)
{
    panel_end(line);
}

/* What a member says; of another kind than a string as it stands there. */
static void member(const struct td_json_doc *doc, uint32_t object,
                   const char *name, struct td_buf *out)
{
    uint32_t at = td_json_member(doc, object, td_text(name));

    td_buf_clear(out);
    if (at && doc->values[at].kind == TD_JSON_STRING)
        (void)td_json_unescape(out, td_json_inner(doc, at));
    else if (at && doc->values[at].kind == TD_JSON_NUMBER)
        (void)td_buf_add_bytes(out, td_json_raw(doc, at));
}

static void put(struct text_line *line, enum text_role role,
                const struct td_json_doc *doc, uint32_t object,
                const char *name)
{
    struct td_buf text = {0};

    member(doc, object, name, &text);
    text_put_foreign(line, role, td_buf_bytes(&text));
    td_buf_release(&text);
}

static bool is_there(const struct td_json_doc *doc, uint32_t object,
                     const char *name)
{
    return td_json_member(doc, object, td_text(name)) != 0;
}

void panel_execution(struct td_buf *out, const struct panel *v,
                     const struct td_json_doc *doc, uint32_t at, bool own)
{
    struct text_line line = panel_line(out, v);
    bool ended = is_there(doc, at, "status");

    text_put(&line, TEXT_PLAIN, "  ");
    put(&line, TEXT_ACCENT, doc, at, "execution_id");
    text_tab(&line, 10);
    put(&line, TEXT_PLAIN, doc, at, ended ? "status" : "state");
    if (is_there(doc, at, "total_tasks")) {
        text_tab(&line, 26);
        put(&line, TEXT_PLAIN, doc, at, "completed_tasks");
        text_put(&line, TEXT_PLAIN, "/");
        put(&line, TEXT_PLAIN, doc, at, "total_tasks");
        text_put(&line, TEXT_PLAIN, "  ");
        put(&line, TEXT_DIM, doc, at, "plan");
    }
    if (!own)
        text_put(&line, TEXT_DIM, "  of another session");
    panel_end(&line);
}

/* "2026-11-30T01:40:09.818765Z" up to the second, which fits into a row. */
static struct td_bytes to_the_second(struct td_bytes time)
{
    return time.len > TO_SECOND ? td_bytes(time.ptr, TO_SECOND) : time;
}

void panel_snapshot(struct td_buf *out, const struct panel *v,
                    const struct td_json_doc *doc, uint32_t at)
{
    struct text_line line = panel_line(out, v);
    struct td_buf bytes = {0};
    struct td_buf time = {0};
    char size[PANEL_SHORT];

    member(doc, at, "bytes", &bytes);
    member(doc, at, "time", &time);
    text_put(&line, TEXT_PLAIN, "  ");
    put(&line, TEXT_ACCENT, doc, at, "place");
    text_put(&line, TEXT_PLAIN, "  ");
    put(&line, TEXT_PLAIN, doc, at, "name");
    text_tab(&line, 30);
    text_put(&line, TEXT_PLAIN, " ");
    put(&line, TEXT_PLAIN, doc, at, "files");
    text_putf(&line, TEXT_PLAIN, " file%s, %s  ",
              td_json_member_u64(doc, at, "files", 0) == 1 ? "" : "s",
              td_size_text(size, strtoull(td_buf_str(&bytes), NULL, 10)));
    text_put_foreign(&line, TEXT_DIM, to_the_second(td_buf_bytes(&time)));
    panel_end(&line);
    td_buf_release(&bytes);
    td_buf_release(&time);
}

void panel_mistake(struct td_buf *out, const struct panel *v,
                   const struct td_json_doc *doc, uint32_t at)
{
    struct text_line line = panel_line(out, v);

    text_put(&line, TEXT_PLAIN, "  ");
    if (is_there(doc, at, "line")) {
        put(&line, TEXT_ACCENT, doc, at, "line");
        text_put(&line, TEXT_PLAIN, ":");
        put(&line, TEXT_ACCENT, doc, at, "column");
        text_put(&line, TEXT_PLAIN, "  ");
    }
    put(&line, TEXT_PLAIN, doc, at, "text");
    if (is_there(doc, at, "mend")) {
        text_put(&line, TEXT_DIM, "; ");
        put(&line, TEXT_DIM, doc, at, "mend");
    }
    panel_end(&line);
}

/* ---- verdicts ---- */

static const struct {
    const char *word;
    enum text_role role;
    enum text_sign sign;
} verdicts[] = {
    {"pass", TEXT_GOOD, TEXT_DONE},    {"fail", TEXT_BAD, TEXT_FAILED},
    {"error", TEXT_BAD, TEXT_FAILED},  {"flaky", TEXT_WARN, TEXT_AGAIN},
    {"open", TEXT_RUN, TEXT_RUNS},     {"vacuous", TEXT_DIM, TEXT_WAITS},
    {"skipped", TEXT_DIM, TEXT_WAITS}, {"skip", TEXT_DIM, TEXT_WAITS},
    {"xpass", TEXT_WARN, TEXT_DONE},   {"xfail", TEXT_DIM, TEXT_FAILED},
};

void panel_verdict_sign(struct text_line *line, const char *word)
{
    for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
        if (!strcmp(verdicts[i].word, word)) {
            text_put_sign(line, verdicts[i].role, verdicts[i].sign);
            return;
        }
    text_put_sign(line, TEXT_DIM, TEXT_WAITS);
}

void panel_gate(struct td_buf *out, const struct panel *v,
                const struct td_json_doc *doc, uint32_t at)
{
    struct td_buf word = {0};
    struct td_buf ms = {0};
    char took[PANEL_SHORT];
    struct text_line line;

    member(doc, at, "verdict", &word);
    member(doc, at, "ms", &ms);
    (void)panel_took(took, ms.len ? strtod(td_buf_str(&ms), NULL) : -1);
    line = panel_line_for(out, v, took);
    text_put(&line, TEXT_PLAIN, "  ");
    panel_verdict_sign(&line, td_buf_str(&word));
    text_put(&line, TEXT_PLAIN, " ");
    put(&line, TEXT_PLAIN, doc, at, "name");
    text_tab(&line, 16);
    text_put(&line, TEXT_PLAIN, " ");
    text_put_foreign(&line, TEXT_DIM, td_buf_bytes(&word));
    text_put(&line, TEXT_PLAIN, "  ");
    put(&line, TEXT_PLAIN, doc, at, "reason");
    panel_end_right(&line, v, TEXT_DIM, took);
    td_buf_release(&word);
    td_buf_release(&ms);
}

/* "      src/cart.c:71: rule: message" */
void panel_finding(struct td_buf *out, const struct panel *v,
                   const struct td_json_doc *doc, uint32_t at)
{
    struct text_line line = panel_line(out, v);
    uint32_t loc = td_json_member(doc, at, td_text("loc"));

    text_put(&line, TEXT_PLAIN, "      ");
    if (loc && doc->values[loc].kind == TD_JSON_OBJECT &&
        is_there(doc, loc, "file")) {
        put(&line, TEXT_ACCENT, doc, loc, "file");
        text_put(&line, TEXT_PLAIN, ":");
        put(&line, TEXT_PLAIN, doc, loc, "line");
        text_put(&line, TEXT_PLAIN, ": ");
    }
    put(&line, TEXT_DIM, doc, at, "rule");
    text_put(&line, TEXT_PLAIN, ": ");
    put(&line, TEXT_PLAIN, doc, at, "message");
    panel_end(&line);
}
