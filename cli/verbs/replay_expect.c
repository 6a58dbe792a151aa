#include "cli/verbs/replay_expect.h"

#include "cli/shared/live_check.h"
#include "core/json_writer.h"
#include "core/mem.h"
#include "wire/http/url.h"

#include <inttypes.h>
#include <stdlib.h>

struct cli_expect {
    const struct cli_args *args;
    struct cli_check check;
    struct cli_live *streams[CLI_EXPECT_MAX];
    size_t count;
    uint64_t joined;
};

static void on_joined(void *ctx, uint32_t conn, const char *address)
{
    struct cli_expect *expect = ctx;
    struct cli_live_options how = {.check = &expect->check,
                                   .args = expect->args};
    struct td_buf name = {0};

    expect->joined++;
    if (expect->count == CLI_EXPECT_MAX)
        return;
    if (cli_given(expect->args, "to"))
        wire_url_public(&name, address);
    else
        (void)td_buf_addf(&name, "consumer %" PRIu32 " (%s)", conn, address);
    how.input = td_buf_str(&name);
    expect->streams[expect->count++] = cli_live_new(&how);
    td_buf_release(&name);
}

static enum td_code hear(void *self, const struct td_event *ev,
                         struct td_error *err)
{
    struct cli_expect *expect = self;

    if (ev->conn > expect->count)
        return TD_OK;
    return td_sink_put(cli_live_sink(expect->streams[ev->conn - 1]), ev, err);
}

enum td_code cli_expect_open(struct cli_expect **out,
                             struct play_hearing *hearing,
                             const struct cli_args *args, struct td_error *err)
{
    static const char *const with[] = {"linger", "fail-fast", "max-findings"};
    const char *contract = cli_text(args, "expect");
    struct cli_expect *expect;

    for (size_t i = 0; !contract && i < sizeof(with) / sizeof(with[0]); i++)
        if (cli_typed(args, with[i]))
            return td_error_set(err, TD_USAGE, "", 0, "--%s needs --expect",
                                with[i]);
    if (!contract)
        return TD_OK;
    *out = expect = td_calloc(1, sizeof(*expect));
    expect->args = args;
    *hearing = (struct play_hearing){.joined = on_joined,
                                     .heard = {.put = hear, .self = expect},
                                     .linger_ns = cli_number(args, "linger"),
                                     .ctx = expect};
    return cli_check_read(&expect->check, args, NULL, contract, err);
}

void cli_expect_close(struct cli_expect *expect)
{
    if (!expect)
        return;
    for (size_t i = 0; i < expect->count; i++)
        cli_live_free(expect->streams[i]);
    cli_check_release(&expect->check);
    free(expect);
}

/* Some were not looked at, or there was nobody to look at. */
static enum td_code count_streams(const struct cli_expect *expect,
                                  struct td_error *err)
{
    if (expect->count == 0)
        return td_error_set(err, TD_FAILED, "--expect", 0,
                            "nobody came to send anything back");
    if (expect->joined > expect->count)
        return td_error_set(err, TD_TOOL, "--expect", 0,
                            "%" PRIu64 " of %" PRIu64
                            " connections were not checked: no more than %d",
                            expect->joined - expect->count, expect->joined,
                            CLI_EXPECT_MAX);
    return TD_OK;
}

enum td_code cli_expect_end(struct cli_expect *expect, struct td_error *err)
{
    enum td_code worst = count_streams(expect, err);

    for (size_t i = 0; i < expect->count; i++) {
        struct td_error why = {0};
        enum td_code code = cli_live_end(expect->streams[i], &why);

        if (!code)
            code = cli_live_vacuous(expect->streams[i], &why);
        worst = cli_check_worse(worst, err, code, &why);
    }
    return worst;
}

void cli_expect_json(const struct cli_expect *expect, struct td_json_writer *w,
                     const char *key)
{
    td_json_array(w, key);
    for (size_t i = 0; i < expect->count; i++)
        cli_live_json(expect->streams[i], w, NULL);
    td_json_array_end(w);
}
