/* converter/har_json.h - pieces of JSON that go from a HAR to a tape and back.
 */
#ifndef CONVERTER_HAR_JSON_H
#define CONVERTER_HAR_JSON_H

#include "core/json.h"
#include "core/json_writer.h"

/* Append valid JSON without the white space between its tokens. */
void conv_json_tight(struct td_buf *out, struct td_bytes json);

/* A member of an object with the raw value `json`, made tight. */
void conv_json_put(struct td_json_writer *w, const char *key,
                   struct td_bytes json);

/* The members of object `at`, without those in `except` (ends with NULL). */
void conv_json_members(struct td_json_writer *w, const struct td_json_doc *doc,
                       uint32_t at, const char *const *except);

/* A member of an object at that place: UINT32_MAX if there is none, or the
 * object itself is UINT32_MAX. */
uint32_t conv_json_at(const struct td_json_doc *doc, uint32_t object,
                      const char *name);

/* True if value `at` (UINT32_MAX: no) is of the kind. */
bool conv_json_is(const struct td_json_doc *doc, uint32_t at,
                  enum td_json_kind kind);

/* The escaped body of a string, or "" if it is none. */
struct td_bytes conv_json_body(const struct td_json_doc *doc, uint32_t at);

/* Its text, behind what room holds; "" if it is none. */
struct td_bytes conv_json_text(struct td_buf *room,
                               const struct td_json_doc *doc, uint32_t at);

/* A number of 0 or more of units of that many ns: its ns; else 0. */
uint64_t conv_json_ns(const struct td_json_doc *doc, uint32_t at, double unit);

/* Number of a plain integer up to 2^53; else `other`. */
uint64_t conv_json_u64(const struct td_json_doc *doc, uint32_t at,
                       uint64_t other);

/* [["name","value"],...] of [{"name":..,"value":..},...], and back. False: an
 * element has other members; nothing is written then.
 */
bool conv_json_pairs(struct td_json_writer *w, const char *key,
                     const struct td_json_doc *doc, uint32_t at);
void conv_json_objects(struct td_json_writer *w, const char *key,
                       const struct td_json_doc *doc, uint32_t at);

#endif
