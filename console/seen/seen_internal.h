/* console/seen/seen_internal.h - the parts of the fold. */
#ifndef CONSOLE_SEEN_SEEN_INTERNAL_H
#define CONSOLE_SEEN_SEEN_INTERNAL_H

#include "console/seen/seen.h"
#include "core/json.h"

#define SEEN_OWN 3

/* An event while it is read. */
struct seen_read {
    struct seen *s;
    const struct td_json_doc *doc;
    uint32_t data;
    uint64_t wall_ns; /* 0: it has none that can be read */
    uint32_t *own;    /* SEEN_OWN places in events of this shape, which its
                         reader keeps; SEEN_NONE: not known. Or NULL */
};

/* ---- members of an object; each name may have others behind |: the spellings
 * of the dialects, of which the first that is there counts ---- */

/* The value's place, or 0. */
uint32_t seen_at(const struct td_json_doc *doc, uint32_t object,
                 const char *names);
uint64_t seen_number(const struct td_json_doc *doc, uint32_t object,
                     const char *names, uint64_t missing);
/* Of the value at a place; at 0: it is missing. */
uint64_t seen_number_at(const struct td_json_doc *doc, uint32_t at,
                        uint64_t missing);
double seen_real(const struct td_json_doc *doc, uint32_t object,
                 const char *names, double missing);
bool seen_true(const struct td_json_doc *doc, uint32_t object,
               const char *names);
/* To be freed; NULL: it is not there, or no string. */
char *seen_text(const struct td_json_doc *doc, uint32_t object,
                const char *names);

/* The text at a place, in *out where it had to be decoded, up to its first NUL.
 * False: there is none. */
bool seen_text_at(const struct td_json_doc *doc, uint32_t at,
                  struct td_buf *out, struct td_bytes *text);

/* ---- lists ---- */

/* The task, added if it is not there; SEEN_NONE: there are too many. */
uint32_t seen_task_of(struct seen *s, struct td_bytes id);
/* The task that the event is about, with its name; SEEN_NONE: none. */
uint32_t seen_read_task(struct seen_read *r);
void seen_index_clear(struct seen *s);
/* Tasks are found by their ids in the plan from here on. */
void seen_index_aliases(struct seen *s);
/* The plan that a journal began with, if it did. */
void seen_take_created(struct seen *s);
/* A copy of it, or NULL. */
struct seen_index *seen_index_again(const struct seen_index *index);
void seen_set_state(struct seen *s, uint32_t task, enum seen_state state);
/* Replaces *slot if there is a text. */
void seen_replace(char **slot, char *text);
/* Replaces *slot if the event has such a text. */
void seen_keep(char **slot, const struct seen_read *r, const char *names);
struct seen_log *seen_log(struct seen *s, uint64_t wall_ns,
                          enum seen_level level, uint32_t task,
                          struct td_bytes text);

/* ---- envelopes (envelope.h); NULL is fine ---- */
void seen_envelopes_free(struct seen_envelopes *e);

/* ---- of tasks ---- */

/* It was launched: it runs, or is ready where the workers are known and all of
 * them are taken. Tasks that are short are launched before one is free, and get
 * them in that order (docs/journal.md). */
void seen_launch(struct seen *s, uint32_t task);
/* Another process goes on, with workers that are not told: what was ready never
 * began, and is launched again. */
void seen_go_on(struct seen *s);

/* The id of the task whose place in the plan a line of a journal has as "task",
 * to be freed; NULL: it has none. */
char *seen_line_task(const struct seen_read *r);
/* It has ended: its sums, and those of its phase. */
void seen_count_end(struct seen *s, const struct seen_task *task, bool good);
void seen_read_phase(struct seen_read *r, struct seen_task *task);
/* What the task's attempt, or all of it, has used: by model and by operation.
 * The model is that which the event names, if it does. */
void seen_read_model(struct seen_read *r, struct seen_task *task);
void seen_add_tokens(struct seen *s, struct seen_task *task, uint64_t more);
void seen_add_apart(struct seen *s, struct seen_task *task, uint64_t in,
                    uint64_t out);
void seen_add_cost(struct seen *s, struct seen_task *task, double more);
struct seen_alert seen_add_alert(struct seen_read *r, unsigned percent,
                                 bool cost, bool wall);
/* When the next attempt comes; 0: it was not told. */
uint64_t seen_again_at(const struct seen_read *r);

/* ---- extras: NULL if this is none of them ---- */
typedef struct seen_fact (*seen_reader)(struct seen_read *r);
seen_reader seen_extra(struct td_bytes type);

#endif
