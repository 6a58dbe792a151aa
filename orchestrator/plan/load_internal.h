/* orchestrator/plan/load_internal.h - a plan while it is read. */
#ifndef ORCHESTRATOR_PLAN_LOAD_INTERNAL_H
#define ORCHESTRATOR_PLAN_LOAD_INTERNAL_H

#include "orchestrator/plan/load.h"

/* Errors beyond these are counted, not kept. */
#define PLAN_ERRORS_MAX 1000
/* Ids and words that are compared with mistyped ones, in all. */
#define PLAN_GUESSES_MAX 200000

/* Keys whose default hangs on other keys. */
enum plan_said {
    PLAN_SAID_CACHE = 1,
    PLAN_SAID_ISOLATE = 2,
    PLAN_SAID_ATTEMPTS = 4,
};

/* Where in the document a task and its lists are; 0: it has none. */
struct plan_place {
    uint32_t task;
    uint32_t depends_on;
    uint32_t outputs;
    uint32_t weight;
    uint32_t pool;
    uint32_t with; /* or that of `defaults` */
};

/* Errors that were told, kept until all are known. */
struct plan_told {
    struct td_arena arena;
    struct plan_told_error *list;
    uint32_t count;
    uint64_t more; /* that were not kept */
};

struct plan_loader {
    struct td_jsonx_reader r;
    struct td_jsonx doc;
    struct td_error why; /* what went wrong last */
    struct plan_told told;
    struct td_jsonx_errors tell; /* into told */
    struct td_buf scratch;
    struct plan *plan;
    uint32_t *ids; /* plan->ids while it is filled */
    uint32_t guesses;

    struct plan_task defaults;
    unsigned defaults_said;
    uint32_t defaults_with; /* where it is; 0: there is none */

    struct plan_task *task; /* that is read */
    unsigned said;          /* bits of enum plan_said */
    struct plan_place *place;
    struct plan_place *places; /* one a task */
};

/* Set the error of value at. TD_USAGE. */
enum td_code plan_refuse(struct plan_loader *l, uint32_t at, const char *fmt,
                         ...) TD_PRINTF(3, 4);

/* Keep the errors in *told from here on; give them, by line and column, to
 * errors (or NULL), and the first to *err. TD_OK if there were none, else the
 * code of the first. */
struct td_jsonx_errors plan_told_listener(struct plan_told *told);
enum td_code plan_told_give(struct plan_told *told, const char *file,
                            const struct td_jsonx_errors *errors,
                            struct td_error *err);

/* One value each; what is the key's name in an error. TD_USAGE, TD_LIMIT. */
enum td_code plan_take_text(struct plan_loader *l, uint32_t at,
                            const char *what, const char **out);
enum td_code plan_take_flag(struct plan_loader *l, uint32_t at,
                            const char *what, bool *out);
enum td_code plan_take_time(struct plan_loader *l, uint32_t at,
                            const char *what, uint64_t *ns);
enum td_code plan_take_size(struct plan_loader *l, uint32_t at,
                            const char *what, uint64_t *bytes);
enum td_code plan_take_count(struct plan_loader *l, uint32_t at,
                             const char *what, uint64_t most, uint64_t *out);
enum td_code plan_take_choice(struct plan_loader *l, uint32_t at,
                              const char *what, const char *const *words,
                              unsigned *out);

/* Whether a word of a list is right; if not, the error is set. */
typedef enum td_code plan_word_check(struct plan_loader *l, uint32_t at,
                                     const char **word);

/* A list of texts, each checked (or any, but NUL). */
enum td_code plan_take_words(struct plan_loader *l, uint32_t at,
                             const char *what, plan_word_check *check,
                             struct plan_words *out);

/* Any scalar as it is written; no NUL in it. */
enum td_code plan_take_scalar(struct plan_loader *l, uint32_t at,
                              const char **out);

/* A path in the workspace, without "./" and "//"; a slash at its end stays. */
enum td_code plan_take_path(struct plan_loader *l, uint32_t at,
                            const char **out);

/* The keys of a task; those in `defaults`; and those of load_limits.c. Their
 * readers get the loader. */
extern const struct td_jsonx_shape plan_task_shape;
extern const struct td_jsonx_shape plan_defaults_shape;
enum td_code plan_read_timeout(void *self, uint32_t at);
enum td_code plan_read_retry(void *self, uint32_t at);
enum td_code plan_read_pool(void *self, uint32_t at);
enum td_code plan_read_weight(void *self, uint32_t at);
enum td_code plan_read_limits(void *self, uint32_t at);
enum td_code plan_read_approval(void *self, uint32_t at);
enum td_code plan_read_soft_fail(void *self, uint32_t at);
enum td_code plan_read_grace(void *self, uint32_t at);
enum td_code plan_read_log(void *self, uint32_t at);

/* Which key of the table each member is, read in the order of the document. */
enum td_code plan_read_members(struct plan_loader *l, uint32_t at,
                               const struct td_jsonx_shape *shape);

/* What a task is that says nothing. */
struct plan_task plan_task_default(void);
struct plan_retry plan_retry_default(void);
uint32_t plan_attempts_default(enum plan_provider provider);

/* What its provider asks of a task, and of its `with`. */
enum td_code plan_check_with(struct plan_loader *l);

/* What only all keys of a task tell. */
enum td_code plan_settle_task(struct plan_loader *l);

/* An id into the table. False: it is there; *other is whose. */
bool plan_ids_add(struct plan_loader *l, uint32_t task, uint32_t *other);

/* Once all tasks are read: edges, depths, cycles; who writes what. */
enum td_code plan_check_graph(struct plan_loader *l);
enum td_code plan_check_outputs(struct plan_loader *l);

/* FNV-1a, its halves folded: the low bits are a slot of a table. */
uint64_t plan_hash(const char *text, size_t len);

#endif
