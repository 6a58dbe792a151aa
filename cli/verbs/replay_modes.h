/* cli/verbs/replay_modes.h - `replay --answer --mode`: what is done about what
 * the tape does not have; part of cmd_replay.
 */
#ifndef CLI_VERBS_REPLAY_MODES_H
#define CLI_VERBS_REPLAY_MODES_H

#include "cli/options/command.h"
#include "core/buf.h"
#include "replayer/answer/exchange.h"
#include "wire/server/request.h"

/* A row of the table of `replay`. */
#define CLI_REPLAY_MODE_OPTION                                                 \
    {                                                                          \
        .name = "mode", .type = CLI_CHOICE, .value = "MODE",                   \
        .choices = "replay|once|new|pass", .preset = "replay",                 \
        .help = "with --answer: answer from the tape alone; record it from "   \
                "--to if there is none; ask --to for what is not on it, and "  \
                "append that; or pass everything on to --to"                   \
    }

enum cli_mode { CLI_MODE_REPLAY, CLI_MODE_ONCE, CLI_MODE_NEW, CLI_MODE_PASS };

/* What --mode says. */
enum cli_mode cli_replay_mode(const struct cli_args *args);

/* Whether --mode and --to go together, and with the other options. TD_USAGE.
 */
TD_MUST_CHECK enum td_code cli_replay_mode_options(const struct cli_args *args,
                                                   struct td_error *err);

/* Whether everything goes to the server of --to: --mode pass, or once without a
 * tape.
 */
bool cli_replay_is_through(const struct cli_args *args);

/* Stand between clients, who come to bind, and that server, as record --listen
 * does; with a command around it. Recorded to the tape, unless it is only
 * passed. Errors of rec_open() and proxy_open().
 */
TD_MUST_CHECK enum td_code cli_replay_through(const struct cli_args *args,
                                              const struct wire_bind *bind,
                                              struct td_error *err);

/* What --mode new asks of that server, and its tape. */
struct cli_additions;

/* exchanges: of the tape, borrowed; there may be none. */
TD_MUST_CHECK enum td_code
cli_additions_open(struct cli_additions **out, const struct cli_args *args,
                   struct wire_net *net, const struct play_exchanges *exchanges,
                   struct td_error *err);
/* Peers of the server may be ready again. */
void cli_additions_drained(struct cli_additions *additions);
void cli_additions_ask(struct cli_additions *additions,
                       struct wire_request *request);

/* Requests by now. */
uint32_t cli_additions_count(const struct cli_additions *additions);

/* Append ", 2 requests recorded"; nothing of none. */
void cli_additions_text(const struct cli_additions *additions,
                        struct td_buf *out);

/* End and write the tape. NULL is fine. Errors of rec_close(). */
TD_MUST_CHECK enum td_code cli_additions_close(struct cli_additions *additions,
                                               struct td_error *err);

#endif
