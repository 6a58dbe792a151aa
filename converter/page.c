/* A page of HTML that plays a tape: the facts and the first events as text, and
 * all of them as data for its script (web/player).
 */
#include "converter/format.h"
#include "converter/page_data.h"
#include "core/clock.h"
#include "core/mem.h"
#include "reports/html_head.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define STILL     50  /* events that stand in the page as text */
#define STILL_MAX 200 /* bytes of the payload of one */
#define TITLE_MAX 120

/* Made by web/pack.c. */
extern const unsigned char player_script[];
extern const size_t player_script_len;
extern const char player_script_hash[];
extern const unsigned char player_style[];
extern const size_t player_style_len;
extern const char player_style_hash[];

struct page {
    const struct conv_options *options;
    struct page_data data;
    struct td_buf still; /* rows of a table */
    struct report_tags rows;
    struct td_buf scratch;
};

static void *open_page(struct conv_out *out, const struct conv_options *options)
{
    struct page *page = td_calloc(1, sizeof(*page));

    (void)out;
    page->options = options;
    page->rows.out = &page->still;
    conv_page_open(&page->data);
    return page;
}

static void free_page(void *self)
{
    struct page *page = self;

    conv_page_close(&page->data);
    td_buf_release(&page->still);
    td_buf_release(&page->scratch);
    free(page);
}

/* ---- events as text ---- */

static void put_name(struct page *page, const struct td_event *ev)
{
    bool plain = td_event_is_plain(ev);

    td_buf_clear(&page->scratch);
    if (td_json_unescape(&page->scratch, plain ? ev->name : ev->kind))
        td_buf_clear(&page->scratch);
    report_payload(&page->rows, "td", td_buf_str(&page->scratch), STILL_MAX);
}

static void put_still(struct page *page, const struct td_event *ev)
{
    struct report_tags *w = &page->rows;

    report_tag(w, "tr", REPORT_END);
    report_leaff(w, "td", "num", "%" PRIu64, ev->seq);
    report_leaff(w, "td", "num", "%.3f s", (double)ev->at_ns / 1e9);
    report_leaff(w, "td", NULL, "%" PRIu32 " %s", ev->conn,
                 ev->dir == TD_DIR_OUT ? "out" : "in");
    put_name(page, ev);
    td_buf_clear(&page->scratch);
    if (ev->form == TD_FORM_BYTES)
        (void)td_buf_addf(&page->scratch, "%zu bytes", ev->payload.len);
    else
        (void)td_buf_add(&page->scratch, ev->payload.ptr,
                         ev->payload.len > STILL_MAX ? STILL_MAX
                                                     : ev->payload.len);
    report_tag(w, "td", "class", "p", REPORT_END);
    report_put_bytes(w, td_buf_bytes(&page->scratch));
    if (ev->payload.len > STILL_MAX && ev->form != TD_FORM_BYTES)
        report_put(w, " ...");
    report_end(w);
    report_end(w);
}

static enum td_code put(void *self, struct conv_out *out,
                        const struct td_event *ev, struct td_error *err)
{
    struct page *page = self;

    (void)out;
    if (page->data.events < STILL)
        put_still(page, ev);
    return conv_page_add(&page->data, ev, err);
}

/* ---- the page ---- */

static void put_facts(const struct page *page, struct report_tags *w)
{
    const struct page_data *d = &page->data;
    const struct conv_told *told = page->options->told;
    struct td_buf when = {0};

    report_tag(w, "p", "class", "facts", REPORT_END);
    report_leaff(w, "span", NULL, "%" PRIu64 " events", d->events);
    report_leaff(w, "span", NULL, "%.3f s",
                 (double)(d->last_ns - d->first_ns) / 1e9);
    (void)td_time_format(&when, page->options->start_wall_ns + d->first_ns);
    report_leaff(w, "span", NULL, "%.19s UTC", td_buf_str(&when));
    report_end(w);
    if (told && told->trouble) {
        report_tag(w, "p", "class", "o warn", REPORT_END);
        report_putf(w, "\xe2\x96\xb2 %s", told->trouble);
        report_end(w);
    }
    td_buf_release(&when);
}

static void put_still_page(const struct page *page, struct report_tags *w)
{
    uint64_t shown = page->data.events < STILL ? page->data.events : STILL;

    report_tag(w, "main", "id", "still", REPORT_END);
    report_leaff(w, "p", "cut",
                 "The first %" PRIu64 " of %" PRIu64
                 " events, until the player has started. It needs a browser of "
                 "2023 or later, with scripts.",
                 shown, page->data.events);
    report_tag(w, "table", "class", "still", REPORT_END);
    report_tag(w, "tbody", REPORT_END);
    report_raw(w, td_buf_bytes(&page->still));
    report_end(w);
    report_end(w);
    report_end(w);
}

static void json_told(struct td_json_writer *w, const struct conv_told *told)
{
    td_json_put_text_or_null(w, "trouble", told->trouble);
    if (!told->contract)
        return;
    td_json_object(w, "contract");
    td_json_put_text(w, "name", told->contract);
    td_json_put_text(w, "outcome", told->outcome);
    td_json_put_u64(w, "total", told->findings_total);
    td_json_object_end(w);
    td_json_array(w, "findings");
    for (size_t i = 0; i < told->findings_len; i++) {
        const struct conv_finding *f = &told->findings[i];

        td_json_array(w, NULL);
        td_json_put_u64(w, NULL, f->seq);
        td_json_put_u64(w, NULL, f->at_ns);
        td_json_put_text(w, NULL, f->level);
        td_json_put_text(w, NULL, f->rule);
        td_json_put_text(w, NULL, f->message);
        td_json_put_text(w, NULL, f->path);
        td_json_put_text(w, NULL, f->expected);
        td_json_put_text(w, NULL, f->found);
        td_json_array_end(w);
    }
    td_json_array_end(w);
}

static void json_head(const struct page *page, struct td_json_writer *w)
{
    const struct conv_options *o = page->options;

    td_json_object(w, NULL);
    td_json_put_u64(w, "page", 1);
    td_json_put_text(w, "title", o->title ? o->title : "");
    td_json_put_text(w, "program", o->program);
    td_json_put_string(w, "header", o->header);
    td_json_put_time(w, "start", o->start_wall_ns);
    conv_page_json(&page->data, w);
    if (o->told)
        json_told(w, o->told);
    td_json_object_end(w);
}

static enum td_code put_head_data(const struct page *page,
                                  struct report_tags *w)
{
    struct tape_deflate *deflate = tape_deflate_new(0);
    struct td_buf json = {0};
    struct td_buf packed = {0};
    struct td_json_writer jw = td_json_writer(&json);
    enum td_code code;

    json_head(page, &jw);
    code = td_json_done(&jw);
    tape_deflate_begin(deflate, false);
    if (!code)
        code = tape_deflate_add(deflate, &packed, td_buf_bytes(&json), true);
    report_html_bytes(w, "d-head", td_buf_bytes(&packed));
    tape_deflate_free(deflate);
    td_buf_release(&json);
    td_buf_release(&packed);
    return code;
}

static enum td_code put_data(struct page *page, struct report_tags *w)
{
    struct td_buf columns = {0};
    enum td_code code = put_head_data(page, w);

    if (!code)
        code = conv_page_columns(&page->data, &columns);
    report_html_bytes(w, "d-columns", td_buf_bytes(&columns));
    td_buf_release(&columns);
    return code;
}

static void put_parts(struct page *page, struct report_tags *w)
{
    for (size_t i = 0; i < page->data.parts_len; i++) {
        char id[32];

        (void)snprintf(id, sizeof(id), "d-part%zu", i);
        report_html_bytes(w, id, td_buf_bytes(&page->data.parts[i].body));
        td_buf_release(&page->data.parts[i].body);
    }
}

static enum td_code finish(void *self, struct conv_out *out,
                           struct td_error *err)
{
    struct page *page = self;
    const char *title = page->options->title ? page->options->title : "tape";
    struct report_head head = {
        .script_hash = player_script_hash,
        .style_hash = player_style_hash,
        .style = td_bytes(player_style, player_style_len),
    };
    struct report_tags w = {.out = &out->bytes};
    struct td_buf name = {0};
    enum td_code code = conv_page_end(&page->data);

    (void)td_buf_addf(&name, "%.*s", TITLE_MAX, title);
    head.title = td_buf_str(&name);
    report_html_head(&w, &head);
    report_tag(&w, "body", REPORT_END);
    report_tag(&w, "header", "class", "bar", "id", "top", REPORT_END);
    report_tag(&w, "div", "class", "title", REPORT_END);
    report_tag(&w, "h1", REPORT_END);
    report_payload(&w, "span", title, TITLE_MAX);
    report_end(&w);
    put_facts(page, &w);
    report_end(&w);
    report_end(&w);
    put_still_page(page, &w);
    if (!code)
        code = put_data(page, &w);
    report_html_script(&w, td_bytes(player_script, player_script_len));
    put_parts(page, &w);
    report_end(&w);
    report_end(&w);
    td_buf_release(&name);
    if (code || w.code)
        return td_error_set(err, TD_LIMIT, "html", 0,
                            "the page would be larger than a GiB");
    return TD_OK;
}

const struct conv_format_ops conv_page = {
    .name = "html",
    .suffix = ".html",
    .open = open_page,
    .put = put,
    .finish = finish,
    .free = free_page,
};
