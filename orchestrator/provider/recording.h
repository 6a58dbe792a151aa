/* orchestrator/provider/recording.h - what a journal keeps of a question to a
 * model, so that a tape can answer it again.
 *
 *     {"task":"notes","attempt":1,"key":"5f3a..","asked":{
 *      "with.model":"9a1c..","with.prompt":"..","with.prompt_file":".."}}
 *
 * Each part is the first half of the sha256 of its value (of prompt_file: of
 * what is in it); a part that is not there is left out. The values themselves
 * are not in it.
 */
#ifndef ORCHESTRATOR_PROVIDER_RECORDING_H
#define ORCHESTRATOR_PROVIDER_RECORDING_H

#include "orchestrator/provider/ask.h"
#include "orchestrator/provider/provider.h"

#define PROV_STREAM_KIND "stream" /* of the events in the journal */

#define PROV_TAPE_MAX ((size_t)256 << 20) /* bytes of the answers of a tape */

#define PROV_PARTS 5 /* model, prompt, prompt_file, system, max_tokens */
#define PROV_PART  33

/* "" for a part that is not there. */
struct prov_parts {
    char hex[PROV_PARTS][PROV_PART];
};

/* The parts of a question whose prompt has been read. */
void prov_parts_of(struct prov_parts *parts, const struct plan_ask *ask);

const char *prov_part_name(unsigned part); /* "with.model" */

/* How many differ. */
unsigned prov_parts_differ(const struct prov_parts *a,
                           const struct prov_parts *b);

/* Append the event's payload. */
enum td_code prov_recording_put(struct td_buf *out, const struct prov_job *job,
                                const struct prov_parts *parts);

/* Read it back; texts are copied to the arena. False: it is none. */
struct prov_recording {
    const char *task;
    const char *key;
    struct prov_parts parts;
};
bool prov_recording_read(struct prov_recording *out, struct td_bytes payload,
                         struct td_arena *arena);

/* Tell an event of the stream (its name is ASCII) to whoever made the job. */
void prov_tell(const struct prov_events *events, void *ctx,
               const struct plan_task *task, const char *name,
               struct td_bytes payload);

#endif
