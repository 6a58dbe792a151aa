/* orchestrator/provider/talk.h - what a process of the provider "command" and
 * we say to each other: one JSON object a line.
 *
 *     we     {"schema":1,"task":{..}}      first line of its stdin
 *            {"cancel":"user"}             it is to end
 *     it     {"progress":0.4}              alive, and so far; or null: not
 * known
 *            {"artifact":"eval.json"}      it wrote this; looked at, not
 * believed
 *            {"usage":{"tokens_in":9,"tokens_out":2,"cost_usd":0.01}}  in all,
 *                                         with "model" of which one
 *            {"error":{"class":"rate_limited","retry_after":2,"message":".."}}
 *            {"result":{..}}               any object, for the journal
 *
 * A line may have several of them. Other keys are passed over. A line that is
 * no object, is not UTF-8 or is longer than PROV_LINE_MAX is counted and passed
 * over. The exit status decides, whatever was said. No I/O here.
 */
#ifndef ORCHESTRATOR_PROVIDER_TALK_H
#define ORCHESTRATOR_PROVIDER_TALK_H

#include "core/json.h"
#include "orchestrator/provider/provider.h"

#define PROV_LINE_MAX ((size_t)1 << 20) /* bytes, without its LF */

/* What is told, in the order above. */
struct prov_talk_events {
    void (*progress)(void *ctx, double share); /* 0 to 1, or -1: not known */
    void (*artifact)(void *ctx, struct td_bytes path);
    void (*usage)(void *ctx, const struct prov_usage *usage);
    void (*error)(void *ctx, enum plan_fault fault, uint64_t retry_after_ns,
                  struct td_bytes message);
    void (*result)(void *ctx, struct td_bytes json);
};

/* All zeroes is valid. The fields are private, but for the first two. */
struct prov_talk {
    uint64_t lines; /* whole ones */
    uint64_t bad;   /* of them passed over */
    struct td_buf line;
    struct td_buf text;
    struct td_json_doc doc;
    struct prov_usage usage; /* the most of each so far */
    struct td_buf model;     /* what it said last that it asks; or empty */
    bool begun;
    bool skip; /* to the end of a line too long */
};

/* Free what it holds; it is empty again. */
void prov_talk_release(struct prov_talk *talk);

/* Take bytes of its stdout, however they are cut. What is told lives for the
 * call. `stop` is looked at between lines: once it is set nothing more is told.
 */
void prov_talk_push(struct prov_talk *talk, struct td_bytes bytes,
                    const struct prov_talk_events *events, void *ctx,
                    const bool *stop);

/* Its stdout has ended: a last line without LF counts. */
void prov_talk_end(struct prov_talk *talk,
                   const struct prov_talk_events *events, void *ctx,
                   const bool *stop);

/* Append the first line: id, task, name, attempt, key, dir, temperature, with,
 * inputs and outputs. TD_LIMIT. */
TD_MUST_CHECK enum td_code prov_talk_task(struct td_buf *out,
                                          const struct prov_job *job);

#endif
