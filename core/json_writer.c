#include "core/json_writer.h"

#include "core/b64.h"
#include "core/clock.h"
#include "core/json.h"

#include <assert.h>
#include <math.h>

#define LEVELS_KNOWN 64 /* bits of td_json_writer.objects */

static void note(struct td_json_writer *w, enum td_code code)
{
    if (!w->code)
        w->code = code;
}

static void put(struct td_json_writer *w, const char *text)
{
    note(w, td_buf_add_text(w->out, text));
}

static inline void put_byte(struct td_json_writer *w, char byte)
{
    note(w, td_buf_add_byte(w->out, (uint8_t)byte));
}

/* Whether the level at hand may be of this kind. Inline: a build without
 * assertions does not call it.
 */
static inline bool may_be(const struct td_json_writer *w, bool object)
{
    if (w->depth == 0 || w->depth > LEVELS_KNOWN)
        return w->depth > 0 || !object;
    return (w->objects >> (w->depth - 1) & 1) == object;
}

static void begin_key(struct td_json_writer *w)
{
    assert(may_be(w, true) && !w->keyed);
    if (w->comma)
        put_byte(w, ',');
    put_byte(w, '"');
}

static void end_key(struct td_json_writer *w)
{
    put_byte(w, '"');
    put_byte(w, ':');
    w->keyed = true;
}

void td_json_put_key(struct td_json_writer *w, struct td_bytes key)
{
    begin_key(w);
    note(w, td_json_escape_any(w->out, key));
    end_key(w);
}

void td_json_put_key_body(struct td_json_writer *w, struct td_bytes body)
{
    begin_key(w);
    note(w, td_buf_add_bytes(w->out, body));
    end_key(w);
}

/* What stands before any value. */
static void begin(struct td_json_writer *w, const char *key)
{
    if (key)
        td_json_put_key(w, td_text(key));
    assert(w->keyed || may_be(w, false));
    assert(w->depth > 0 || !w->comma);
    if (w->comma && !w->keyed)
        put_byte(w, ',');
    w->keyed = false;
    w->comma = true;
}

static void begin_level(struct td_json_writer *w, const char *key, bool object)
{
    begin(w, key);
    put_byte(w, object ? '{' : '[');
    if (w->depth < LEVELS_KNOWN) {
        uint64_t bit = (uint64_t)1 << w->depth;

        w->objects = object ? w->objects | bit : w->objects & ~bit;
    }
    w->depth++;
    w->comma = false;
}

static void end_level(struct td_json_writer *w, bool object)
{
    assert(w->depth > 0 && may_be(w, object) && !w->keyed);
    put_byte(w, object ? '}' : ']');
    w->depth--;
    w->comma = true;
}

void td_json_object(struct td_json_writer *w, const char *key)
{
    begin_level(w, key, true);
}

void td_json_object_end(struct td_json_writer *w)
{
    end_level(w, true);
}

void td_json_array(struct td_json_writer *w, const char *key)
{
    begin_level(w, key, false);
}

void td_json_array_end(struct td_json_writer *w)
{
    end_level(w, false);
}

void td_json_put_string(struct td_json_writer *w, const char *key,
                        struct td_bytes text)
{
    begin(w, key);
    put_byte(w, '"');
    note(w, td_json_escape_any(w->out, text));
    put_byte(w, '"');
}

void td_json_put_text(struct td_json_writer *w, const char *key,
                      const char *text)
{
    td_json_put_string(w, key, td_text(text));
}

void td_json_put_text_or_null(struct td_json_writer *w, const char *key,
                              const char *text)
{
    if (text)
        td_json_put_text(w, key, text);
    else
        td_json_put_null(w, key);
}

void td_json_put_body(struct td_json_writer *w, const char *key,
                      struct td_bytes body)
{
    begin(w, key);
    put_byte(w, '"');
    note(w, td_buf_add_bytes(w->out, body));
    put_byte(w, '"');
}

void td_json_put_b64(struct td_json_writer *w, const char *key,
                     struct td_bytes bytes)
{
    begin(w, key);
    put_byte(w, '"');
    note(w, td_b64_encode(w->out, bytes));
    put_byte(w, '"');
}

void td_json_put_time(struct td_json_writer *w, const char *key,
                      uint64_t wall_ns)
{
    begin(w, key);
    put_byte(w, '"');
    note(w, td_time_format(w->out, wall_ns));
    put_byte(w, '"');
}

void td_json_put_u64(struct td_json_writer *w, const char *key, uint64_t n)
{
    begin(w, key);
    note(w, td_buf_add_u64(w->out, n));
}

void td_json_put_i64(struct td_json_writer *w, const char *key, int64_t n)
{
    begin(w, key);
    if (n < 0)
        put_byte(w, '-');
    note(w, td_buf_add_u64(w->out, n < 0 ? 0 - (uint64_t)n : (uint64_t)n));
}

void td_json_put_fixed(struct td_json_writer *w, const char *key, double n,
                       int decimals)
{
    assert(isfinite(n) && decimals >= 0);
    begin(w, key);
    note(w, td_buf_addf(w->out, "%.*f", decimals, n));
}

void td_json_put_bool(struct td_json_writer *w, const char *key, bool truth)
{
    begin(w, key);
    put(w, truth ? "true" : "false");
}

void td_json_put_null(struct td_json_writer *w, const char *key)
{
    begin(w, key);
    put(w, "null");
}

void td_json_put_raw(struct td_json_writer *w, const char *key,
                     struct td_bytes json)
{
    begin(w, key);
    if (json.len)
        note(w, td_buf_add_bytes(w->out, json));
    else
        put(w, "null");
}

enum td_code td_json_done(const struct td_json_writer *w)
{
    assert(w->depth == 0 && w->comma);
    return w->code;
}

enum td_code td_json_line(struct td_json_writer *w)
{
    (void)td_json_done(w);
    put_byte(w, '\n');
    w->comma = false;
    return w->code;
}
