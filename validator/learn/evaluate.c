#include "validator/learn/evaluate.h"

#include "core/mem.h"
#include "core/rand.h"
#include "validator/check/check.h"
#include "validator/contract/contract.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEED       1
#define WORK_MOST  400000 /* messages that are judged for a kind and a run */
#define PICKS_MOST 50     /* messages that are looked at for a place */

static const char *const fault_texts[] = {
#define FAULT_TEXT(name, text) text,
    LEARN_FAULTS(FAULT_TEXT)
#undef FAULT_TEXT
};

const char *learn_fault_text(enum learn_fault fault)
{
    return fault_texts[fault];
}

struct message {
    struct td_bytes name;
    struct td_bytes payload;
    uint64_t seq;
};

/* A run that is held out, and what was learned of the others. */
struct fold {
    struct learn_score *score;
    uint32_t tape;
    struct check_contract *contract;
    struct td_arena arena;
    struct message *messages;
    uint32_t len;
    bool full;
    struct td_rand rand;
    struct td_json_doc doc;
    struct td_buf text;
};

/* What is done to which message. */
struct plan {
    enum learn_fault fault;
    uint32_t at;
    uint32_t other;
};

/* Learning. */

static enum td_code compile(struct fold *f, const struct td_buf *text,
                            struct td_error *err)
{
    struct td_jsonx doc = {0};
    enum td_code code =
        td_jsonx_parse(&doc, "learned", TD_JSONX_YAML, td_buf_bytes(text), err);

    return code ? code : check_contract_compile(&f->contract, &doc, NULL, err);
}

static enum td_code learn(struct fold *f, const struct learn_evaluation *what,
                          const struct audit_gather *others,
                          struct td_error *err)
{
    struct audit_profile *profile = NULL;
    struct audit_tapes tapes = {.len = 0};
    struct learn_mine *mine = NULL;
    struct td_buf text = {0};
    enum td_code code = audit_gather(others, &profile, &tapes, err);

    if (!code) {
        const char *data = learn_data_of(profile);

        mine = learn_mine_new(profile, data);
        code = learn_mine_run(mine, &tapes, err);
        learn_write(&text,
                    &(struct learn_writing){.profile = profile,
                                            .mine = mine,
                                            .data = data,
                                            .name = what->name,
                                            .strictness = what->strictness});
    }
    if (!code)
        code = compile(f, &text, err);
    td_buf_release(&text);
    learn_mine_free(mine);
    audit_profile_free(profile);
    audit_tapes_release(&tapes);
    return code;
}

/* The run. */

static void keep(void *self, const struct audit_message *m)
{
    struct fold *f = (struct fold *)self;

    if (f->len == LEARN_RUN_MAX) {
        f->full = true;
        return;
    }
    f->messages = (struct message *)td_list_room(f->messages, f->len,
                                                 sizeof(*f->messages));
    f->messages[f->len++] = (struct message){
        td_bytes(td_arena_text(&f->arena, m->name), m->name.len),
        td_bytes(td_arena_text(&f->arena, m->payload), m->payload.len),
        m->place.seq};
}

static void put(struct check *check, const struct message *m,
                struct td_bytes payload)
{
    const struct td_event ev = {.seq = m->seq,
                                .conn = 1,
                                .dir = TD_DIR_OUT,
                                .form = TD_FORM_JSON,
                                .name = m->name,
                                .payload = payload};

    /* Nothing ends it: the check was not told to. */
    if (check_received(check, &ev))
        return;
}

/* The run with a fault, or as it is. */
static bool accepts(struct fold *f, const struct plan *plan)
{
    const struct check_options how = {.contract = f->contract,
                                      .max_findings = 1};
    struct check *check = check_new(&how, "run");
    bool good;

    for (uint32_t i = 0; i < f->len; i++) {
        const struct message *m = &f->messages[i];
        bool here = plan && i == plan->at;

        if (here && plan->fault == LEARN_FAULT_DROP)
            continue;
        if (plan && plan->fault == LEARN_FAULT_REORDER && i == plan->other)
            m = &f->messages[plan->at];
        else if (here && plan->fault == LEARN_FAULT_REORDER)
            m = &f->messages[plan->other];
        put(check, m,
            here && plan->fault >= LEARN_FAULT_NUMBER ? td_buf_bytes(&f->text)
                                                      : m->payload);
        if (here && plan->fault == LEARN_FAULT_DUPLICATE)
            put(check, m, m->payload);
    }
    good = check_verdict_code(check_end(check)) == TD_OK;
    check_free(check);
    return good;
}

/* Faults. */

static uint32_t draw(struct fold *f, uint32_t below)
{
    uint64_t n;

    td_rand_bytes(&f->rand, &n, sizeof(n));
    return (uint32_t)(n % below);
}

static void splice(struct fold *f, struct td_bytes whole, struct td_bytes old,
                   const char *text)
{
    size_t at = (size_t)(old.ptr - whole.ptr);

    td_buf_clear(&f->text);
    (void)td_buf_add(&f->text, whole.ptr, at);
    (void)td_buf_add_text(&f->text, text);
    (void)td_buf_add(&f->text, old.ptr + old.len, whole.len - at - old.len);
}

/* One of its numbers, or of its keys: the value; UINT32_MAX: it has none. */
static uint32_t pick(struct fold *f, enum learn_fault fault)
{
    const struct td_json_value *v = f->doc.values;
    uint32_t found = UINT32_MAX;
    uint32_t seen = 0;

    for (uint32_t i = 0; i < f->doc.len; i++) {
        if (fault == LEARN_FAULT_NUMBER && v[i].kind == TD_JSON_NUMBER &&
            draw(f, ++seen) == 0)
            found = i;
        for (uint32_t key = i + 1;
             fault == LEARN_FAULT_RENAME && v[i].kind == TD_JSON_OBJECT &&
             key < v[i].next;
             key = v[key + 1].next) {
            if (draw(f, ++seen) == 0)
                found = key;
        }
    }
    return found;
}

/* The message with another number or name is in f->text. */
static bool change(struct fold *f, struct plan *plan)
{
    struct td_bytes payload = f->messages[plan->at].payload;
    struct td_buf text = {0};
    char number[64];
    struct td_bytes raw;
    uint32_t at;

    if (td_json_parse(&f->doc, payload, TD_JSON_DEPTH, NULL))
        return false;
    at = pick(f, plan->fault);
    if (at == UINT32_MAX)
        return false;
    raw = td_json_raw(&f->doc, at);
    if (plan->fault == LEARN_FAULT_NUMBER) {
        (void)snprintf(number, sizeof(number), "%.*s",
                       (int)(raw.len < 40 ? raw.len : 40),
                       (const char *)raw.ptr);
        (void)td_buf_addf(&text, "%.15g", strtod(number, NULL) + 1);
    } else {
        (void)td_buf_addf(&text, "\"other_%.*s", (int)raw.len - 1,
                          (const char *)raw.ptr + 1);
    }
    splice(f, payload, raw, td_buf_str(&text));
    td_buf_release(&text);
    return true;
}

static bool make(struct fold *f, struct plan *plan)
{
    for (int i = 0; i < PICKS_MOST; i++) {
        plan->at = draw(f, f->len);
        plan->other = draw(f, f->len);
        if (plan->fault == LEARN_FAULT_REORDER &&
            (plan->at == plan->other ||
             td_bytes_equal(f->messages[plan->at].payload,
                            f->messages[plan->other].payload)))
            continue;
        if (plan->fault < LEARN_FAULT_NUMBER || change(f, plan))
            return true;
    }
    return false;
}

static void try_faults(struct fold *f, enum learn_fault fault)
{
    struct learn_score *score = f->score;
    uint32_t trials = WORK_MOST / f->len;

    trials = trials > LEARN_TRIALS ? LEARN_TRIALS : trials;
    for (uint32_t i = 0; i < trials; i++) {
        struct plan plan = {.fault = fault};

        if (!make(f, &plan))
            return;
        score->tried[fault]++;
        if (!accepts(f, &plan))
            score->caught[fault]++;
        else if (score->misses_len < LEARN_MISSES_MAX)
            score->misses[score->misses_len++] =
                (struct learn_miss){fault, f->tape, f->messages[plan.at].seq};
    }
}

static enum td_code judge_run(struct fold *f, const char *path,
                              struct td_error *err)
{
    const struct audit_outlet out = {.put = keep, .self = f};
    struct audit_tape tape = {.path = path};
    enum td_code code = audit_read(f->tape, &tape, &out, err);

    free(tape.source);
    if (!code && f->full)
        code = td_error_set(err, TD_LIMIT, path, 0,
                            "a run that is evaluated has at most %d messages",
                            LEARN_RUN_MAX);
    if (code || !f->len)
        return code;
    f->score->held++;
    if (!accepts(f, NULL)) {
        f->score->refused[f->score->held - f->score->accepted - 1] = f->tape;
        return TD_OK;
    }
    f->score->accepted++;
    for (int i = 0; i < LEARN_FAULTS_LEN; i++)
        try_faults(f, (enum learn_fault)i);
    return TD_OK;
}

static enum td_code hold_out(struct learn_score *score,
                             const struct learn_evaluation *what, uint32_t tape,
                             struct td_error *err)
{
    struct fold f = {.score = score, .tape = tape};
    const char **others =
        (const char **)td_calloc(what->paths_len, sizeof(*others));
    struct audit_gather gather = {
        .paths = others, .name = what->name, .jobs = 2};
    enum td_code code;

    for (uint32_t i = 0; i < what->paths_len; i++) {
        if (i != tape)
            others[gather.paths_len++] = what->paths[i];
    }
    td_rand_seeded(&f.rand, SEED + tape);
    code = learn(&f, what, &gather, err);
    if (!code)
        code = judge_run(&f, what->paths[tape], err);
    check_contract_free(f.contract);
    td_json_release(&f.doc);
    td_buf_release(&f.text);
    free(f.messages);
    td_arena_release(&f.arena);
    free((void *)others);
    return code;
}

enum td_code learn_evaluate(struct learn_score *out,
                            const struct learn_evaluation *what,
                            struct td_error *err)
{
    uint32_t folds =
        what->paths_len < LEARN_FOLDS ? what->paths_len : LEARN_FOLDS;
    enum td_code code = TD_OK;

    *out = (struct learn_score){.held = 0};
    if (what->paths_len < 2) {
        (void)td_error_set(err, TD_USAGE, "--evaluate", 0,
                           "one run is held out: it takes two and more");
        return TD_USAGE;
    }
    for (uint32_t i = 0; i < folds && !code; i++)
        code = hold_out(out, what, i * what->paths_len / folds, err);
    return code;
}
