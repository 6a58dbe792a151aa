/* The specification, and the dialogue that asks for what is missing in it. */
#include "console/console_internal.h"
#include "core/json_value.h"
#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

#define COLUMN 12

static struct text_line begin_row(struct console *c, const struct panel *v,
                                  const char *name)
{
    struct text_line line = panel_row(&c->text, v);

    text_put_foreign(&line, TEXT_DIM, td_text(name));
    text_tab(&line, COLUMN);
    return line;
}

/* "name        text", and on its right how complete all is, if percent >= 0. */
static void put_row(struct console *c, const char *name, struct td_bytes text,
                    int percent)
{
    struct panel v = console_view(c);
    struct text_line line = begin_row(c, &v, name);
    size_t right = sizeof("  complete 100%") - 1;
    size_t max = line.max;

    line.max = percent >= 0 && max > right + COLUMN ? max - right : max;
    text_put_foreign(&line, TEXT_PLAIN, text);
    line.cut = false;
    line.max = max;
    if (percent >= 0)
        text_putf(&line, percent == 100 ? TEXT_GOOD : TEXT_DIM,
                  "  complete %3d%%", percent);
    panel_row_end(&line);
}

static void put_member(struct console *c, const struct console_answer *answer,
                       const char *member, const char *name)
{
    struct td_buf text = {0};

    console_member(answer->doc, answer->data, member, &text);
    if (text.len)
        put_row(c, name, td_buf_bytes(&text), -1);
    td_buf_release(&text);
}

/* ---- what is known ---- */

static void put_type(struct console *c, const struct console_answer *answer)
{
    const struct td_json_doc *doc = answer->doc;
    uint32_t list = console_inner(doc, answer->data, "matched");
    uint32_t end = list ? doc->values[list].next : 0;
    struct td_buf text = {0};
    const char *before = "   words: ";

    console_member(doc, answer->data, "type", &text);
    for (uint32_t at = list + 1; at < end; at = doc->values[at].next) {
        (void)td_buf_add_text(&text, before);
        (void)td_json_unescape(&text, td_json_inner(doc, at));
        before = ", ";
    }
    put_row(c, "type", td_buf_bytes(&text), -1);
    td_buf_release(&text);
}

static void put_answers(struct console *c, const struct console_answer *answer)
{
    const struct td_json_doc *doc = answer->doc;
    uint32_t object = console_inner(doc, answer->data, "answers");
    uint32_t end = object ? doc->values[object].next : 0;
    struct td_buf name = {0};
    struct td_buf text = {0};

    for (uint32_t at = object + 1; at < end; at = doc->values[at].next) {
        td_buf_clear(&name);
        td_buf_clear(&text);
        (void)td_json_unescape(&name, td_json_inner(doc, at));
        at = doc->values[at].next;
        (void)td_json_unescape(&text, td_json_inner(doc, at));
        put_row(c, td_buf_str(&name), td_buf_bytes(&text), -1);
    }
    td_buf_release(&name);
    td_buf_release(&text);
}

/* The one that was given. */
static void put_answer(struct console *c, const struct console_answer *answer)
{
    const struct td_json_doc *doc = answer->doc;
    uint32_t object = console_inner(doc, answer->data, "answers");
    struct td_buf text = {0};

    if (object)
        console_member(doc, object, c->asked.text, &text);
    put_row(c, c->asked.text, td_buf_bytes(&text),
            (int)td_json_member_double(doc, answer->data, "completeness", 0));
    td_buf_release(&text);
}

/* Names of the questions that are open; how many. */
static unsigned open_names(const struct console_answer *answer, bool required,
                           struct td_buf *names)
{
    const struct td_json_doc *doc = answer->doc;
    uint32_t list = console_inner(doc, answer->data, "questions");
    uint32_t end = list ? doc->values[list].next : 0;
    unsigned count = 0;

    for (uint32_t at = list + 1; at < end; at = doc->values[at].next) {
        uint32_t needed = td_json_member(doc, at, td_text("required"));

        if (required != (needed && doc->values[needed].kind == TD_JSON_TRUE))
            continue;
        (void)td_buf_add_text(names, count++ ? ", " : "");
        console_member(doc, at, "category", names);
    }
    return count;
}

static void put_missing(struct console *c, const struct console_answer *answer)
{
    int percent = (int)td_json_member_double(answer->doc, answer->data,
                                             "completeness", 0);
    struct td_buf names = {0};
    bool some = open_names(answer, true, &names) > 0;

    put_row(c, some ? "missing" : "complete",
            some ? td_buf_bytes(&names) : td_text("all that is required"),
            percent);
    td_buf_clear(&names);
    if (open_names(answer, false, &names))
        put_row(c, "may be told", td_buf_bytes(&names), -1);
    td_buf_release(&names);
}

/* ---- the question that comes next ---- */

void console_talk_end(struct console_talk *talk)
{
    free(talk->category);
    free(talk->choices);
    free(talk->missing);
    *talk = (struct console_talk){0};
}

/* "1 none   2 password" of a question that has choices. */
static void put_choices(struct console *c, const char *choices)
{
    struct td_buf text = {0};
    unsigned n = 0;

    while (choices) {
        size_t len = strcspn(choices, "|");

        (void)td_buf_addf(&text, "%s%u %.*s", n ? "   " : "", n + 1, (int)len,
                          choices);
        n++;
        choices = choices[len] ? choices + len + 1 : NULL;
    }
    put_row(c, "", td_buf_bytes(&text), -1);
    td_buf_release(&text);
}

/* The answers that `spec answer` knows by a word of their own. */
static const struct {
    const char *category;
    const char *choices;
    const char *example;
} answers[] = {
    {"auth", "none|password|token|oauth", NULL},
    {"scale", NULL, "e.g. 500 users; 20 requests per second; small"},
    {"timeline", NULL, "e.g. 3 weeks; 2027-01-31; asap"},
    {"features", NULL, "e.g. create, list, get, update, delete; search"},
    {"users", NULL, "e.g. the cellar, its customers"},
    {"data", NULL,
     "e.g. wine(name: text, price: money), customer(email: email)"},
};

static void ask(struct console *c, const struct console_answer *answer,
                uint32_t question, unsigned count)
{
    struct console_talk *talk = &c->talk;
    struct td_buf name = {0};
    struct td_buf text = {0};
    size_t i = 0;

    console_member(answer->doc, question, "category", &name);
    (void)td_buf_addf(&text, "%u left  ", count);
    console_member(answer->doc, question, "question", &text);
    put_row(c, td_buf_str(&name), td_buf_bytes(&text), -1);
    talk->asking = true;
    talk->category = td_strdup(td_buf_str(&name));
    while (i < sizeof(answers) / sizeof(answers[0]) &&
           strcmp(answers[i].category, talk->category) != 0)
        i++;
    if (i < sizeof(answers) / sizeof(answers[0])) {
        if (answers[i].choices) {
            talk->choices = td_strdup(answers[i].choices);
            put_choices(c, answers[i].choices);
        } else {
            put_row(c, "", td_text(answers[i].example), -1);
        }
    }
    td_buf_release(&name);
    td_buf_release(&text);
}

/* On a terminal the next question is asked at once. */
static void go_on(struct console *c, const struct console_answer *answer)
{
    const struct td_json_doc *doc = answer->doc;
    uint32_t list = console_inner(doc, answer->data, "questions");
    struct td_buf names = {0};
    unsigned count = open_names(answer, true, &names);
    bool begins = !c->talk.asking;
    bool asks = c->terminal && !c->asked.stats && count &&
                !(begins && c->asked.text); /* one answer, by a command */

    if (c->asked.stats && c->talk.asking && count) { /* only looked at */
        td_buf_release(&names);
        return;
    }
    console_talk_end(&c->talk);
    if (asks && begins)
        put_row(c, "questions",
                td_text("Ctrl-C leaves them, answers stay; /help is a command"),
                -1);
    if (asks) {
        ask(c, answer, list + 1, count);
        c->talk.missing = td_strdup(td_buf_str(&names));
        c->talk.count = count;
    } else if (count == 0) {
        put_row(c, "next", td_text("spec ready, then plan generate"), -1);
    } else if (!c->terminal) {
        put_row(c, "next", td_text("spec answer CATEGORY TEXT"), -1);
    }
    td_buf_release(&names);
}

void console_render_spec(struct console *c, const struct console_answer *answer)
{
    if (!answer->done) /* it was not understood: the question stays */
        return;
    if (c->asked.text) {
        put_answer(c, answer);
    } else {
        put_member(c, answer, "description", "spec");
        put_type(c, answer);
        put_answers(c, answer);
        put_missing(c, answer);
    }
    go_on(c, answer);
}

void console_render_ready(struct console *c,
                          const struct console_answer *answer)
{
    if (answer->data)
        put_missing(c, answer);
    if (answer->done)
        put_row(c, "next", td_text("plan generate"), -1);
}

/* ---- a plan that was made of it ---- */

/* What was made, every default that was taken for it, and what would have been
 * asked. */
void console_render_made(struct console *c, const struct console_answer *answer)
{
    const struct td_json_doc *doc = answer->doc;
    uint32_t list =
        answer->data ? console_inner(doc, answer->data, "defaults") : 0;
    uint32_t end = list ? doc->values[list].next : 0;
    struct panel v = console_view(c);
    struct td_buf text = {0};

    if (!answer->done)
        return;
    console_put_output(c, answer);
    for (uint32_t at = list + 1; at < end; at = doc->values[at].next) {
        td_buf_clear(&text);
        (void)td_json_unescape(&text, td_json_inner(doc, at));
        put_row(c, "  default", td_buf_bytes(&text), -1);
    }
    td_buf_clear(&text);
    if (list)
        console_member(doc, answer->data, "missing", &text);
    if (text.len) {
        struct text_line line = panel_row(&c->text, &v);

        text_putf(&line, TEXT_WARN, "! the specification is %.0f %% complete",
                  td_json_member_double(doc, answer->data, "completeness", 0));
        text_put(&line, TEXT_PLAIN, "; spec asks what is missing");
        panel_row_end(&line);
    }
    td_buf_release(&text);
}

/* ---- answers that are typed at the prompt of a question ---- */

/* A number picks a choice. */
static struct td_bytes chosen(const struct console_talk *talk,
                              struct td_bytes text)
{
    const char *choices = talk->choices;
    unsigned n = text.len == 1 && *text.ptr >= '1' && *text.ptr <= '9'
                     ? (unsigned)(*text.ptr - '0')
                     : 0;

    while (choices && n > 1) {
        choices = strchr(choices, '|');
        choices += choices != NULL;
        n--;
    }
    return choices && n == 1 ? td_bytes(choices, strcspn(choices, "|")) : text;
}

void console_talk_line(struct console *c, struct td_bytes text,
                       struct td_buf *line)
{
    struct td_bytes answer = chosen(&c->talk, text);

    (void)td_buf_addf(line, "spec answer %s ", c->talk.category);
    words_quote(line, answer);
}

void console_talk_leave(struct console *c)
{
    if (c->talk.asking)
        (void)td_buf_addf(
            &c->text, "spec is kept; %u answer%s missing: %s. Go on: spec\n",
            c->talk.count, c->talk.count == 1 ? " is" : "s are",
            c->talk.missing);
    c->asked.stats = true; /* an answer that comes yet asks nothing more */
    console_talk_end(&c->talk);
}
