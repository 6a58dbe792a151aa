#include "cli/options/environment.h"

#include "cli/options/args.h"
#include "cli/options/common.h"
#include "core/suggest.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define OURS     "TAPEDECK_"
#define NAME_MAX 120 /* bytes of the names that options make */

struct variable {
    const char *name; /* behind OURS */
    bool known;
    struct td_suggestion near;
    char best[NAME_MAX]; /* what is near, which lives no longer elsewhere */
};

static void offer(struct variable *v, const char *verb, const char *option)
{
    char name[NAME_MAX];

    (void)snprintf(name, sizeof(name), "%s%s%s", verb ? verb : "",
                   verb ? "_" : "", option);
    for (char *p = name; *p; p++)
        *p = (char)(*p == '-' ? '_' : toupper((unsigned char)*p));
    v->known = v->known || !strcmp(v->name, name);
    td_suggest(&v->near, name);
    if (v->near.best == name) {
        (void)snprintf(v->best, sizeof(v->best), "%s", name);
        v->near.best = v->best;
    }
}

static void offer_all(struct variable *v, const char *verb,
                      const struct cli_option *options)
{
    for (; options && options->name; options++) {
        offer(v, NULL, options->name);
        if (verb)
            offer(v, verb, options->name);
    }
}

static void check(const struct cli_args *args,
                  const struct cli_command *const *verbs, const char *text)
{
    char name[NAME_MAX];
    struct variable v = {.name = name, .near = {.word = name}};

    (void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(text, "="), text);
    offer_all(&v, NULL, cli_common);
    for (size_t i = 0; verbs[i]; i++) {
        offer_all(&v, verbs[i]->name, cli_common);
        offer_all(&v, verbs[i]->name, verbs[i]->options);
    }
    if (v.known)
        return;
    cli_say(args, OURS "%s: warning: no option has this variable%s%s%s", name,
            v.near.best ? "; did you mean " OURS : "",
            v.near.best ? v.near.best : "", v.near.best ? "?" : "");
}

void cli_environment_check(const struct cli_args *args,
                           const struct cli_command *const *verbs)
{
    for (char **at = environ; at && *at; at++) {
        if (!strncmp(*at, OURS, strlen(OURS)))
            check(args, verbs, *at + strlen(OURS));
    }
}
