/* core/json_writer.h - JSON texts written member by member (RFC 8259).
 *
 *     struct td_json_writer w = td_json_writer(&buf);
 *
 *     td_json_object(&w, NULL);
 *     td_json_put_u64(&w, "events", 187);
 *     td_json_array(&w, "names");
 *     td_json_put_text(&w, NULL, "tick");
 *     td_json_array_end(&w);
 *     td_json_object_end(&w);
 *     code = td_json_line(&w);    {"events":187,"names":["tick"]} and a LF
 *
 * No white space is written and commas come of themselves. key is the member's
 * name in an object, and NULL in an array, at the top, and behind
 * td_json_put_key(). What does not fit that is a mistake of the program and
 * fails an assertion, in the outermost 64 levels.
 *
 * The writer owns nothing and keeps no pointer into the buffer: the text so far
 * may be taken out of it in between. The first TD_LIMIT of the buffer stays and
 * is told at the end.
 */
#ifndef CORE_JSON_WRITER_H
#define CORE_JSON_WRITER_H

#include "core/buf.h"

#include <stdbool.h>

struct td_json_writer {
    struct td_buf *out;
    uint64_t objects; /* bit i: level i + 1 is an object */
    unsigned depth;   /* open objects and arrays */
    bool comma;       /* one belongs before the next value of this level */
    bool keyed;       /* its key is written */
    enum td_code code;
};

/* A writer that appends to out. */
static inline struct td_json_writer td_json_writer(struct td_buf *out)
{
    return (struct td_json_writer){.out = out};
}

/* Begin and end an object or an array; what is written in between is in it. */
void td_json_object(struct td_json_writer *w, const char *key);
void td_json_object_end(struct td_json_writer *w);
void td_json_array(struct td_json_writer *w, const char *key);
void td_json_array_end(struct td_json_writer *w);

/* The key of the next value, of any bytes; or its body as it stands in JSON,
 * escaped and without quotes.
 */
void td_json_put_key(struct td_json_writer *w, struct td_bytes key);
void td_json_put_key_body(struct td_json_writer *w, struct td_bytes body);

/* A string of any bytes: what is not UTF-8 becomes U+FFFD, one for each
 * ill-formed part as td_utf8_replace() finds them.
 */
void td_json_put_string(struct td_json_writer *w, const char *key,
                        struct td_bytes text);
void td_json_put_text(struct td_json_writer *w, const char *key,
                      const char *text);
/* The same; null if text is NULL. */
void td_json_put_text_or_null(struct td_json_writer *w, const char *key,
                              const char *text);
/* A string whose body stands in JSON already, escaped and without quotes. */
void td_json_put_body(struct td_json_writer *w, const char *key,
                      struct td_bytes body);
/* Strings of base64, and of a time as td_time_format() writes it. */
void td_json_put_b64(struct td_json_writer *w, const char *key,
                     struct td_bytes bytes);
void td_json_put_time(struct td_json_writer *w, const char *key,
                      uint64_t wall_ns);

void td_json_put_u64(struct td_json_writer *w, const char *key, uint64_t n);
void td_json_put_i64(struct td_json_writer *w, const char *key, int64_t n);
/* A finite number with so many decimals. */
void td_json_put_fixed(struct td_json_writer *w, const char *key, double n,
                       int decimals);
void td_json_put_bool(struct td_json_writer *w, const char *key, bool truth);
void td_json_put_null(struct td_json_writer *w, const char *key);

/* A JSON value as it stands; null if it is empty. */
void td_json_put_raw(struct td_json_writer *w, const char *key,
                     struct td_bytes json);

/* Everything is closed: TD_OK, or TD_LIMIT if the text is not whole. line: with
 * a LF behind it, and another value may follow.
 */
enum td_code td_json_done(const struct td_json_writer *w);
enum td_code td_json_line(struct td_json_writer *w);

#endif
