/* converter/format.h - what a format is to the converter.
 *
 * A format appends bytes to an output, event by event. What it cannot hold it
 * counts, by kind.
 */
#ifndef CONVERTER_FORMAT_H
#define CONVERTER_FORMAT_H

#include "converter/options.h"
#include "core/buf.h"

/* Bytes on their way to the file; a format only appends. */
struct conv_out {
    struct td_buf bytes;
    uint64_t gone; /* bytes that are in the file already */
};

/* Where the next byte will stand in the file. */
static inline uint64_t conv_out_at(const struct conv_out *out)
{
    return out->gone + out->bytes.len;
}

struct conv_format_ops {
    const char *name;   /* of --to */
    const char *suffix; /* of a file's name */
    /* Never NULL; options are borrowed for good. */
    void *(*open)(struct conv_out *out, const struct conv_options *options);
    /* TD_LIMIT: the format has no room for it; out is as it was. */
    TD_MUST_CHECK enum td_code (*put)(void *self, struct conv_out *out,
                                      const struct td_event *ev,
                                      struct td_error *err);
    void (*end)(void *self, struct conv_out *out); /* NULL: nothing ends it */
    /* The same of a format that may find that there is no room; or NULL. */
    enum td_code (*finish)(void *self, struct conv_out *out,
                           struct td_error *err);
    size_t (*left_out)(const void *self, struct conv_left *list); /* or NULL */
    void (*free)(void *self);
};

extern const struct conv_format_ops conv_csv;
extern const struct conv_format_ops conv_otel;
extern const struct conv_format_ops conv_mcap;
extern const struct conv_format_ops conv_har_format;
extern const struct conv_format_ops conv_page;

#endif
