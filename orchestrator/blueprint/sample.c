#include "orchestrator/blueprint/sample.h"

#include <stdio.h>
#include <string.h>

/* "KEY", "KEY_c" and "KEY_text" of a JSON text, which is emptied. */
static void put_three(struct td_json_writer *w, const char *key,
                      struct td_buf *json)
{
    bool quoted = json->len > 1 && json->ptr[0] == '"';
    struct td_buf escaped = {0};
    char name[24];

    td_json_put_string(w, key, td_buf_bytes(json));
    for (size_t i = 0; i < json->len; i++) {
        if (json->ptr[i] == '"' || json->ptr[i] == '\\')
            (void)td_buf_add_byte(&escaped, '\\');
        (void)td_buf_add_byte(&escaped, json->ptr[i]);
    }
    (void)snprintf(name, sizeof(name), "%s_c", key);
    td_json_put_string(w, name, td_buf_bytes(&escaped));
    (void)snprintf(name, sizeof(name), "%s_text", key);
    td_json_put_string(w, name,
                       quoted ? td_bytes(json->ptr + 1, json->len - 2)
                              : td_buf_bytes(json));
    td_buf_release(&escaped);
    td_buf_clear(json);
}

/* A text of so many letters, in quotes. */
static void letters(struct td_buf *out, int64_t n, char first)
{
    (void)td_buf_add_byte(out, '"');
    for (int64_t i = 0; i < n; i++)
        (void)td_buf_add_byte(out, (uint8_t)(first + i % 20));
    (void)td_buf_add_byte(out, '"');
}

static int64_t text_len(const struct spec_field *f, int64_t wanted)
{
    if (wanted < f->least)
        return f->least;
    return wanted > f->most ? f->most : wanted;
}

/* A number in the range, the n-th from a round place. */
static int64_t number(const struct spec_field *f, int64_t n)
{
    int64_t from = f->least <= 1 && f->most >= 100 ? 1 : f->least;

    return from + n <= f->most ? from + n : f->most;
}

static void value(struct td_buf *out, const struct spec_field *f, bool other)
{
    switch (f->type) {
    case SPEC_INTEGER:
    case SPEC_MONEY:
    case SPEC_NUMBER:
        (void)td_buf_addf(
            out, "%lld%s", (long long)number(f, other ? 3 : 1),
            f->type == SPEC_NUMBER && !other && number(f, 1) < f->most ? ".5"
                                                                       : "");
        break;
    case SPEC_BOOL:
        (void)td_buf_add_text(out, other ? "false" : "true");
        break;
    case SPEC_DATE:
        (void)td_buf_add_text(out, other ? "\"2024-02-29\"" : "\"2023-12-31\"");
        break;
    case SPEC_EMAIL:
        (void)td_buf_add_text(out, other ? "\"bo@example.org\""
                                         : "\"ann@example.org\"");
        break;
    case SPEC_URL:
        (void)td_buf_add_text(out, other ? "\"https://example.org/b\""
                                         : "\"http://example.org/a?b=1\"");
        break;
    case SPEC_TEXT:
    case SPEC_FIELD_TYPES:
    default:
        letters(out, text_len(f, other ? 12 : 7), other ? 'e' : 'a');
        break;
    }
}

static void beyond(struct td_buf *out, const struct spec_field *f)
{
    switch (f->type) {
    case SPEC_INTEGER:
    case SPEC_MONEY:
    case SPEC_NUMBER:
        (void)td_buf_addf(out, "%lld", (long long)f->most + 1);
        break;
    case SPEC_DATE:
        (void)td_buf_add_text(out, "\"2023-02-29\"");
        break;
    case SPEC_EMAIL:
        (void)td_buf_add_text(out, "\"nobody\"");
        break;
    case SPEC_URL:
        (void)td_buf_add_text(out, "\"ftp://example.org\"");
        break;
    case SPEC_TEXT:
        letters(out, f->most + 1, 'a');
        break;
    case SPEC_BOOL:
    case SPEC_FIELD_TYPES:
    default:
        break;
    }
}

void blue_sample_put(struct td_json_writer *w, const struct spec_field *field)
{
    bool text = field->type == SPEC_TEXT || field->type == SPEC_DATE ||
                field->type == SPEC_EMAIL || field->type == SPEC_URL;
    struct td_buf json = {0};

    value(&json, field, false);
    put_three(w, "sample", &json);
    value(&json, field, true);
    put_three(w, "other", &json);
    (void)td_buf_add_text(&json, text ? "17" : "\"x\"");
    put_three(w, "wrong", &json);
    beyond(&json, field);
    put_three(w, "beyond", &json);
    td_buf_release(&json);
}
