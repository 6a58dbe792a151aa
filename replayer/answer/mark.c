#include "replayer/answer/mark.h"

#include "core/json.h"
#include "core/secret_name.h"
#include "wire/http/form.h"

#include <string.h>
#include <strings.h>

/* Whether text goes on at i with this, in any case. */
static bool goes_on(struct td_bytes text, size_t i, const char *with)
{
    size_t len = strlen(with);

    return text.len - i >= len &&
           !strncasecmp((const char *)text.ptr + i, with, len);
}

static bool is_mark(struct td_bytes text, size_t i)
{
    static const char *const words[] = {"redacted", "withheld", "pseudonym"};

    if (text.ptr[i] != '[' && !goes_on(text, i, "%5b"))
        return false;
    i += text.ptr[i] == '[' ? 1 : 3;
    for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
        size_t end = i + strlen(words[k]);

        if (goes_on(text, i, words[k]) && end < text.len &&
            strchr("] %+", text.ptr[end]))
            return true;
    }
    return false;
}

bool play_has_mark(struct td_bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if (is_mark(text, i))
            return true;
    return false;
}

/* A string is the name of a member if a colon follows it. */
static bool is_member_name(const struct td_json_doc *doc, uint32_t i)
{
    uint32_t at = doc->values[i].end;

    if (doc->values[i].kind != TD_JSON_STRING)
        return false;
    while (at < doc->text.len && strchr(" \t\r\n", doc->text.ptr[at]))
        at++;
    return at < doc->text.len && doc->text.ptr[at] == ':';
}

static bool has_secret_pair(struct td_bytes form)
{
    struct td_bytes rest;

    if (!http_form_read(&rest, form))
        return false;
    while (rest.len) {
        struct http_pair pair = http_pair_next(&rest);

        if (http_pair_is_secret(&pair))
            return true;
    }
    return false;
}

bool play_has_secret_member(struct td_bytes text)
{
    struct td_json_doc doc = {0};
    bool json = text.len && !td_json_parse(&doc, text, TD_JSON_DEPTH_CAP, NULL);
    bool string = json && doc.values[0].kind == TD_JSON_STRING;
    bool found = (!json || string) &&
                 has_secret_pair(string ? td_json_inner(&doc, 0) : text);

    for (uint32_t i = 0; json && i < doc.len && !found; i++)
        found =
            is_member_name(&doc, i) && td_secret_name(td_json_inner(&doc, i));
    td_json_release(&doc);
    return found;
}
