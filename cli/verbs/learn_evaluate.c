#include "cli/verbs/learn_evaluate.h"

#include "cli/shared/tape_output.h"
#include "core/json_writer.h"
#include "core/log.h"

#include <inttypes.h>

static void add_text(struct td_buf *out, const struct learn_evaluation *what,
                     const struct learn_score *score)
{
    bool any = false;

    (void)td_buf_addf(out, "held-out runs accepted: %" PRIu32 " of %" PRIu32,
                      score->accepted, score->held);
    for (uint32_t i = 0; i < score->held - score->accepted; i++) {
        (void)td_buf_add_text(out, i ? ", " : "; not: ");
        (void)td_text_clean(out, td_text(what->paths[score->refused[i]]));
    }
    (void)td_buf_add_text(out, "\nseeded faults caught:");
    for (int i = 0; i < LEARN_FAULTS_LEN; i++) {
        if (!score->tried[i])
            continue;
        (void)td_buf_addf(out, "%s %s %" PRIu32 " of %" PRIu32, any ? "," : "",
                          learn_fault_text((enum learn_fault)i),
                          score->caught[i], score->tried[i]);
        any = true;
    }
    (void)td_buf_add_text(out, any ? "\n" : " none were tried\n");
    for (uint32_t i = 0; i < score->misses_len; i++) {
        const struct learn_miss *miss = &score->misses[i];

        (void)td_buf_addf(out, "  missed: %s of #%" PRIu64 " in ",
                          learn_fault_text(miss->fault), miss->seq);
        (void)td_text_clean(out, td_text(what->paths[miss->tape]));
        (void)td_buf_add_byte(out, '\n');
    }
}

static void add_json(struct td_buf *out, const struct learn_evaluation *what,
                     const struct learn_score *score)
{
    struct td_json_writer w = td_json_writer(out);

    td_json_object(&w, NULL);
    td_json_put_u64(&w, "held", score->held);
    td_json_put_u64(&w, "accepted", score->accepted);
    td_json_object(&w, "faults");
    for (int i = 0; i < LEARN_FAULTS_LEN; i++) {
        td_json_object(&w, learn_fault_text((enum learn_fault)i));
        td_json_put_u64(&w, "tried", score->tried[i]);
        td_json_put_u64(&w, "caught", score->caught[i]);
        td_json_object_end(&w);
    }
    td_json_object_end(&w);
    td_json_array(&w, "missed");
    for (uint32_t i = 0; i < score->misses_len; i++) {
        td_json_object(&w, NULL);
        td_json_put_text(&w, "fault", learn_fault_text(score->misses[i].fault));
        td_json_put_text(&w, "tape", what->paths[score->misses[i].tape]);
        td_json_put_u64(&w, "seq", score->misses[i].seq);
        td_json_object_end(&w);
    }
    td_json_array_end(&w);
    td_json_object_end(&w);
    (void)td_json_line(&w);
}

enum td_code cli_learn_evaluate(const struct cli_args *args,
                                const struct learn_evaluation *what,
                                struct td_error *err)
{
    struct learn_score score;
    struct td_buf out = {0};
    enum td_code code = learn_evaluate(&score, what, err);

    if (!code) {
        if (cli_json(args))
            add_json(&out, what, &score);
        else
            add_text(&out, what, &score);
        code = cli_print(&out, err);
    }
    td_buf_release(&out);
    return code;
}
