#include "cli/verbs/option_applicability.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static unsigned kind_of(const char *source)
{
    static const struct {
        const char *begin;
        unsigned kind;
    } rows[] = {
        {"ws://", CLI_WS},       {"wss://", CLI_WS | CLI_TLS},
        {"sio://", CLI_SIO},     {"sios://", CLI_SIO | CLI_TLS},
        {"http://", CLI_SSE},    {"https://", CLI_SSE | CLI_TLS},
        {"ws+unix:", CLI_WS},    {"sio+unix:", CLI_SIO},
        {"http+unix:", CLI_SSE},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (!strncasecmp(source, rows[i].begin, strlen(rows[i].begin)))
            return rows[i].kind;
    return 0;
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

enum td_code cli_serves_check(const struct cli_args *args, struct td_error *err)
{
    unsigned kinds = 0;

    for (int i = 0; i < cli_operands(args); i++)
        kinds |= kind_of(cli_operand(args, i));
    for (size_t i = 0; i < args->slot_count; i++) {
        const struct cli_option *option = args->slots[i].option;
        char name[64];

        if (option->serves == 0 || args->slots[i].from != CLI_FROM_FLAG ||
            (option->serves & kinds))
            continue;
        (void)snprintf(name, sizeof(name), "--%s", option->name);
        td_error_set(err, TD_USAGE, name, 0, "no source here can take it");
        return td_error_hint(err, "it is for %s", whom(option->serves));
    }
    return TD_OK;
}
