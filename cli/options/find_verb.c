#include "cli/options/find_verb.h"

#include "core/buf.h"
#include "core/suggest.h"

#include <string.h>

const struct cli_command *cli_verb_named(const struct cli_command *const *verbs,
                                         const char *name)
{
    while (*verbs && strcmp((*verbs)->name, name) != 0)
        verbs++;
    return *verbs;
}

const struct cli_option *cli_option_named(const struct cli_option *options,
                                          const char *name)
{
    for (; options && options->name; options++)
        if (!strcmp(options->name, name))
            return options;
    return NULL;
}

static enum td_code unknown_verb(const struct cli_command *const *verbs,
                                 const char *name, struct td_error *err)
{
    struct td_suggestion suggest = {.word = name};

    for (size_t i = 0; verbs[i]; i++)
        td_suggest(&suggest, verbs[i]->name);
    (void)td_error_set(err, TD_USAGE, name, 0, "no such verb");
    if (suggest.best)
        return td_error_hint(err, "did you mean %s?", suggest.best);
    return td_error_hint(err, "see: tapedeck help");
}

static enum td_code ambiguous_verb(const struct cli_command *const *verbs,
                                   const char *name, struct td_error *err)
{
    struct td_buf names = {0};

    for (size_t i = 0; verbs[i]; i++) {
        if (!strncmp(verbs[i]->name, name, strlen(name)))
            (void)td_buf_addf(&names, "%s%s", names.len ? ", " : "",
                              verbs[i]->name);
    }
    (void)td_error_set(err, TD_USAGE, name, 0, "could be %s",
                       td_buf_str(&names));
    (void)td_error_hint(err, "write more of it");
    td_buf_release(&names);
    return TD_USAGE;
}

enum td_code cli_verb_find(const struct cli_command **out,
                           const struct cli_command *const *verbs,
                           const char *name, struct td_error *err)
{
    size_t matches = 0;

    for (size_t i = 0; verbs[i]; i++) {
        bool begins = !strncmp(verbs[i]->name, name, strlen(name));

        if (!begins || !*name)
            continue;
        *out = verbs[i];
        if (!strcmp(verbs[i]->name, name))
            return TD_OK;
        matches++;
    }
    if (matches == 1)
        return TD_OK;
    *out = NULL;
    return matches ? ambiguous_verb(verbs, name, err)
                   : unknown_verb(verbs, name, err);
}
