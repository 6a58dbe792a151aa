#include "reports/html_head.h"

#include "core/b64.h"

static void put_policy(struct report_tags *w, const struct report_head *head)
{
    struct td_buf text = {0};

    td_buf_addf(&text,
                "default-src 'none'; script-src '%s'; style-src '%s'; "
                "img-src data:; base-uri 'none'; form-action 'none'; "
                "require-trusted-types-for 'script'; trusted-types 'none'",
                head->script_hash, head->style_hash);
    report_void(w, "meta", "http-equiv", "Content-Security-Policy", "content",
                td_buf_str(&text), REPORT_END);
    td_buf_release(&text);
}

void report_html_head(struct report_tags *w, const struct report_head *head)
{
    report_raw(w, td_text("<!DOCTYPE html>\n"));
    report_tag(w, "html", "lang", "en", REPORT_END);
    report_tag(w, "head", REPORT_END);
    report_void(w, "meta", "charset", "utf-8", REPORT_END);
    put_policy(w, head);
    report_void(w, "meta", "name", "referrer", "content", "no-referrer",
                REPORT_END);
    report_void(w, "meta", "name", "viewport", "content",
                "width=device-width, initial-scale=1", REPORT_END);
    report_void(w, "meta", "name", "color-scheme", "content", "light dark",
                REPORT_END);
    report_void(w, "link", "rel", "icon", "href", "data:,", REPORT_END);
    report_leaf(w, "title", NULL, head->title);
    report_tag(w, "style", REPORT_END);
    report_raw(w, head->style);
    report_end(w);
    report_end(w);
}

void report_html_script(struct report_tags *w, struct td_bytes script)
{
    report_tag(w, "script", REPORT_END);
    report_raw(w, script);
    report_end(w);
}

void report_html_bytes(struct report_tags *w, const char *id,
                       struct td_bytes bytes)
{
    struct td_buf text = {0};

    if (w->code == TD_OK)
        w->code = td_b64_encode(&text, bytes);
    report_tag(w, "script", "type", "application/octet-stream", "id", id,
               REPORT_END);
    report_raw(w, td_buf_bytes(&text));
    report_end(w);
    td_buf_release(&text);
}
