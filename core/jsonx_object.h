/* core/jsonx_object.h - objects of known keys, in documents that people write.
 *
 * A table says which keys an object may have, in the order in which they are
 * read, and what reads each. A key that is not in it is an error that says
 * which one was meant, or which there are. The first error ends the reading,
 * or, if somebody wants to hear of all, the next key is read:
 *
 *     static const struct td_jsonx_key keys[] = {
 *         {"name", read_name}, {"note", NULL}, {NULL, NULL}};
 *     struct td_jsonx_reader r = {.doc = &doc, .err = &err};
 *     code = td_jsonx_read(&r, at, &(struct td_jsonx_shape){keys}, self);
 */
#ifndef CORE_JSONX_OBJECT_H
#define CORE_JSONX_OBJECT_H

#include "core/jsonx.h"

/* Who hears of every error of a document, not only of the first. */
struct td_jsonx_errors {
    void (*report)(void *self, const struct td_error *error);
    void *self;
};

/* A document while it is read. */
struct td_jsonx_reader {
    const struct td_jsonx *doc;
    struct td_error *err;                 /* what went wrong last */
    const struct td_jsonx_errors *errors; /* NULL: end at the first */
    uint32_t wrong_keys;                  /* keys that were in no shape */
    enum td_code first;                   /* code of the first that was told */
    struct td_error kept;                 /* and the error itself */
};

/* One key: its value is at `at` of the document. */
struct td_jsonx_key {
    const char *name;                              /* NULL ends a table */
    enum td_code (*read)(void *self, uint32_t at); /* NULL: not read here */
};

struct td_jsonx_shape {
    const struct td_jsonx_key *keys;
    const char *owner; /* as "a test has", before "no key"; or NULL */
};

/* What became of a part: `code` after an error that ends the reading, with
 * *r->err set; TD_OK after one that was reported, and r->first tells it.
 */
enum td_code td_jsonx_settle(struct td_jsonx_reader *r, enum td_code code);

/* The keys of object `at` must be in the shape. TD_USAGE. */
TD_MUST_CHECK enum td_code td_jsonx_keys(struct td_jsonx_reader *r, uint32_t at,
                                         const struct td_jsonx_shape *shape);

/* The same, and then each key that is there is read, in the order of the table.
 * TD_USAGE, or what a reader returns.
 */
TD_MUST_CHECK enum td_code td_jsonx_read(struct td_jsonx_reader *r, uint32_t at,
                                         const struct td_jsonx_shape *shape,
                                         void *self);

/* The value of a key of object `at`; 0: it has none, or is no object. */
uint32_t td_jsonx_member(const struct td_jsonx *doc, uint32_t at,
                         const char *name);

/* What value `at` is. */
bool td_jsonx_is(const struct td_jsonx *doc, uint32_t at,
                 enum td_json_kind kind);

/* True if value or key `at` is this text. */
bool td_jsonx_is_text(const struct td_jsonx *doc, uint32_t at,
                      const char *text);

/* The text of string or key `at` without escapes, to be freed. */
char *td_jsonx_text(const struct td_jsonx *doc, uint32_t at);

/* true or false; else TD_USAGE: "NAME is true or false". */
TD_MUST_CHECK enum td_code td_jsonx_flag(const struct td_jsonx *doc,
                                         uint32_t at, const char *name,
                                         bool *out, struct td_error *err);

#endif
