#include "cli/verbs/gates_tape.h"

#include "core/clock.h"
#include "core/fs.h"
#include "core/json_writer.h"
#include "core/mem.h"
#include "tape/writer.h"

#include <stdlib.h>

struct cli_gates_tape {
    struct tape_writer *writer;
    uint64_t begun_ns;
    struct td_buf payload;
    enum td_code code; /* the first that was no TD_OK */
    struct td_error err;
};

static uint64_t tape_time(const struct cli_gates_tape *tape)
{
    return td_mono_ns(td_clock_real()) - tape->begun_ns;
}

static void put(struct cli_gates_tape *tape, const char *name)
{
    const struct td_event ev = {.at_ns = tape_time(tape),
                                .conn = 1,
                                .dir = TD_DIR_OUT,
                                .form = TD_FORM_JSON,
                                .name = td_text(name),
                                .payload = td_buf_bytes(&tape->payload)};

    if (tape->code == TD_OK)
        tape->code = tape_writer_put(tape->writer, &ev, &tape->err);
}

/* Who follows the tape hears of gates at once. */
static void put_now(struct cli_gates_tape *tape, const char *name)
{
    put(tape, name);
    if (tape->code == TD_OK)
        tape->code = tape_writer_flush(tape->writer, &tape->err);
}

static struct td_json_writer begin(struct cli_gates_tape *tape)
{
    struct td_json_writer w;

    td_buf_clear(&tape->payload);
    w = td_json_writer(&tape->payload);
    td_json_object(&w, NULL);
    return w;
}

static void put_check(struct td_json_writer *w, const char *name,
                      enum verdict_kind kind, const struct verdict_words *needs)
{
    td_json_object(w, NULL);
    td_json_put_text(w, "gate", name);
    td_json_put_text(w, "kind", verdict_kind_text(kind));
    td_json_array(w, "needs");
    for (size_t i = 0; needs && i < needs->len; i++)
        td_json_put_text(w, NULL, needs->list[i]);
    td_json_array_end(w);
    td_json_object_end(w);
}

static void put_plan(struct cli_gates_tape *tape,
                     const struct cli_gates_plan *plan)
{
    struct td_json_writer w = begin(tape);

    td_json_put_text(&w, "gates", plan->file->path);
    td_json_array(&w, "checks");
    for (size_t i = 0; i < plan->len; i++)
        put_check(&w, plan->order[i]->name, plan->order[i]->kind,
                  &plan->order[i]->needs);
    for (int i = 0; i < cli_operands(plan->args); i++)
        put_check(&w, cli_operand(plan->args, i), VERDICT_STREAM, NULL);
    td_json_array_end(&w);
    td_json_object_end(&w);
    put_now(tape, "validation_started");
}

enum td_code cli_gates_tape_open(struct cli_gates_tape **out, const char *path,
                                 const struct cli_gates_plan *plan,
                                 struct td_error *err)
{
    struct cli_gates_tape *tape = td_calloc(1, sizeof(*tape));
    const struct tape_options how = {.source = "tapedeck:validate",
                                     .recorder = "tapedeck " TD_VERSION,
                                     .patient = true};
    enum td_code code = td_fs_vacant(path, err);

    if (code)
        code = td_error_hint(err, "remove it first, or choose another name");
    else
        code = tape_writer_open(&tape->writer, path, &how, err);
    if (code) {
        free(tape);
        return code;
    }
    tape->begun_ns = td_mono_ns(td_clock_real());
    put_plan(tape, plan);
    *out = tape;
    return TD_OK;
}

void cli_gates_tape_started(struct cli_gates_tape *tape,
                            const struct gates_check *check)
{
    struct td_json_writer w = begin(tape);

    td_json_put_text(&w, "gate", check->name);
    td_json_put_text(&w, "kind", verdict_kind_text(check->kind));
    td_json_array(&w, "command");
    for (size_t i = 0; i < check->run.len; i++)
        td_json_put_text(&w, NULL, check->run.list[i]);
    td_json_array_end(&w);
    td_json_object_end(&w);
    put_now(tape, "gate_started");
}

void cli_gates_tape_output(struct cli_gates_tape *tape,
                           const struct gates_check *check,
                           struct td_bytes text)
{
    struct td_json_writer w = begin(tape);

    td_json_put_text(&w, "gate", check->name);
    td_json_put_string(&w, "text", text);
    td_json_object_end(&w);
    put(tape, "gate_output");
}

void cli_gates_tape_finished(struct cli_gates_tape *tape,
                             const struct verdict_gate *gate)
{
    struct td_json_writer w = begin(tape);

    td_json_put_text(&w, "gate", gate->name);
    td_json_put_text(&w, "verdict", check_outcome_text(gate->outcome));
    td_json_put_text_or_null(&w, "reason", gate->reason);
    td_json_put_u64(&w, "ms", gate->ms);
    if (gate->exited)
        td_json_put_u64(&w, "exit", (uint64_t)gate->exit);
    else
        td_json_put_null(&w, "exit");
    td_json_object_end(&w);
    put_now(tape, "gate_finished");
}

void cli_gates_tape_tick(struct cli_gates_tape *tape)
{
    if (tape->code == TD_OK)
        tape->code =
            tape_writer_tick(tape->writer, tape_time(tape), &tape->err);
}

enum td_code cli_gates_tape_close(struct cli_gates_tape *tape,
                                  const struct verdict_document *doc,
                                  struct td_error *err)
{
    struct td_json_writer w = begin(tape);
    enum td_code code;

    if (doc) {
        td_json_put_text(&w, "verdict", check_outcome_text(doc->outcome));
        td_json_put_u64(&w, "exit", (uint64_t)doc->exit);
    }
    td_json_object_end(&w);
    put(tape, "validation_finished");
    code = tape_writer_close(tape->writer,
                             doc && doc->exit == 130 ? TAPE_END_SIGNAL
                                                     : TAPE_END_CLEAN,
                             NULL, tape->code ? NULL : err);
    if (tape->code && err)
        *err = tape->err;
    code = tape->code ? tape->code : code;
    td_buf_release(&tape->payload);
    free(tape);
    return code;
}
