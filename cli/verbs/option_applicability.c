#include "cli/verbs/option_applicability.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { WS = 1, SIO = 2, SSE = 4, TLS = 8, CALLED = WS | SIO | SSE };

static unsigned kind_of(const char *source)
{
    static const struct {
        const char *begin;
        unsigned kind;
    } rows[] = {
        {"ws://", WS},          {"wss://", WS | TLS}, {"sio://", SIO},
        {"sios://", SIO | TLS}, {"http://", SSE},     {"https://", SSE | TLS},
        {"ws+unix:", WS},       {"sio+unix:", SIO},   {"http+unix:", SSE},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (!strncasecmp(source, rows[i].begin, strlen(rows[i].begin)))
            return rows[i].kind;
    return 0;
}

enum td_code cli_serves_check(const struct cli_args *args, struct td_error *err)
{
    static const struct {
        const char *option;
        unsigned kinds; /* of source; any of them will do */
        const char *whom;
    } rows[] = {
        {"header", CALLED, "URLs"},
        {"auth", SIO, "sio:// and sios://"},
        {"path", SIO, "sio:// and sios://"},
        {"transport", SIO, "sio:// and sios://"},
        {"ns", SIO, "sio:// and sios://"},
        {"ack", SIO, "sio:// and sios://"},
        {"send", WS | SIO, "ws://, wss://, sio:// and sios://"},
        {"protocol", WS, "ws:// and wss://"},
        {"last-event-id", SSE, "http:// and https://"},
        {"ca", TLS, "wss://, sios:// and https://"},
        {"server-name", TLS, "wss://, sios:// and https://"},
        {"insecure", TLS, "wss://, sios:// and https://"},
        {"reconnect", CALLED, "URLs"},
        {"reconnect-max", CALLED, "URLs"},
        {"connect-timeout", CALLED, "URLs"},
    };
    unsigned kinds = 0;

    for (int i = 0; i < cli_operands(args); i++)
        kinds |= kind_of(cli_operand(args, i));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct cli_slot *slot = cli_args_slot(args, rows[i].option);
        char name[64];

        if (!slot || slot->from != CLI_FROM_FLAG || (rows[i].kinds & kinds))
            continue;
        (void)snprintf(name, sizeof(name), "--%s", rows[i].option);
        td_error_set(err, TD_USAGE, name, 0, "no source here can take it");
        return td_error_hint(err, "it is for %s", rows[i].whom);
    }
    return TD_OK;
}
