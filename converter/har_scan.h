/* converter/har_scan.h - where the entries of a HAR stand.
 *
 * A HAR is one JSON document that may be longer than memory. Of the document
 * only the brackets and strings are followed; each entry and what stands around
 * them is then parsed by itself, strictly (core/json.h).
 */
#ifndef CONVERTER_HAR_SCAN_H
#define CONVERTER_HAR_SCAN_H

#include "core/buf.h"
#include "core/error.h"

#define CONV_HAR_LOG_MAX ((size_t)64 << 20) /* the log without its entries */

struct conv_har_extent {
    size_t from;
    size_t len;
};

struct conv_har_log {
    struct td_buf extents; /* of struct conv_har_extent, the entries */
    struct td_buf rest;    /* the log as an object without "entries", tight */
    size_t beside;         /* members beside "log" */
};

/* name is for errors. TD_FORMAT: it is no HAR; TD_LIMIT. */
TD_MUST_CHECK enum td_code conv_har_scan(struct conv_har_log *log,
                                         struct td_bytes text, const char *name,
                                         struct td_error *err);
void conv_har_log_release(struct conv_har_log *log);

static inline size_t conv_har_entries(const struct conv_har_log *log)
{
    return log->extents.len / sizeof(struct conv_har_extent);
}

#endif
