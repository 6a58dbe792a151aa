#include "cli/verbs/option_applicability.h"

#include "wire/http/url.h"

#include <stdio.h>
#include <string.h>

static unsigned kind_of(const char *source)
{
    static const unsigned serves[] = {[WIRE_SCHEME_WS] = CLI_WS,
                                      [WIRE_SCHEME_SIO] = CLI_SIO,
                                      [WIRE_SCHEME_HTTP] = CLI_SSE};
    const struct wire_url_kind *kind = wire_url_kind(td_text(source));

    return kind ? serves[kind->scheme] | (kind->tls ? CLI_TLS : 0) : 0;
}

static const char *whom(unsigned serves)
{
    static const struct {
        unsigned serves;
        const char *whom;
    } rows[] = {
        {CLI_SIO, "sio:// and sios://"},
        {CLI_WS, "ws:// and wss://"},
        {CLI_WS | CLI_SIO, "ws://, wss://, sio:// and sios://"},
        {CLI_SSE, "http:// and https://"},
        {CLI_TLS, "wss://, sios:// and https://"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].serves == serves)
            return rows[i].whom;
    }
    return "URLs";
}

enum td_code cli_serves_check(const struct cli_args *args, const char *to,
                              struct td_error *err)
{
    unsigned kinds = to ? kind_of(to) & CLI_TLS : 0;

    for (int i = 0; i < cli_operands(args); i++)
        kinds |= kind_of(cli_operand(args, i));
    for (size_t i = 0; i < args->slot_count; i++) {
        const struct cli_option *option = args->slots[i].option;
        char name[64];

        if (option->serves == 0 || args->slots[i].from != CLI_FROM_FLAG ||
            (option->serves & kinds) ||
            (to && !strcmp(option->name, "connect-timeout")))
            continue;
        (void)snprintf(name, sizeof(name), "--%s", option->name);
        td_error_set(err, TD_USAGE, name, 0, "no source here can take it");
        return td_error_hint(err, "it is for %s", whom(option->serves));
    }
    return TD_OK;
}
