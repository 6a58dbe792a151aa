#include "cli/verbs/replay_faults.h"

#include "cli/options/args.h"
#include "core/rand.h"

/* The seed that is not given is small enough to be typed again. */
enum td_code cli_replay_faults(struct play_fault_rules **out,
                               const struct cli_args *args,
                               struct td_error *err)
{
    struct play_fault_options how = {.specs = cli_list(args, "fault"),
                                     .seed = cli_number(args, "seed"),
                                     .answers = cli_typed(args, "answer")};
    uint16_t random = 0;

    if (!how.specs[0])
        return cli_typed(args, "seed")
                   ? td_error_set(err, TD_USAGE, "--seed", 0, "wants --fault")
                   : TD_OK;
    if (!cli_given(args, "seed")) {
        td_rand_bytes(td_rand_real(), &random, sizeof(random));
        how.seed = random;
    }
    return play_fault_rules_new(out, &how, err);
}

void cli_replay_say_faults(const struct cli_args *args,
                           const struct play_fault_rules *rules)
{
    struct td_buf text = {0};

    if (!rules)
        return;
    play_fault_rules_say(rules, &text);
    cli_say(args, "%.*s", (int)text.len - 1, td_buf_str(&text));
    td_buf_release(&text);
}
