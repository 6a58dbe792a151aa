#include "cli/options/args.h"

#include "core/mem.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct cli_slot *cli_args_slot(const struct cli_args *args, const char *name)
{
    for (size_t i = 0; i < args->slot_count; i++) {
        if (!strcmp(args->slots[i].option->name, name))
            return &args->slots[i];
    }
    return NULL;
}

/* A verb that asks for what its table does not have is wrong for every call. */
static const struct cli_slot *must_have(const struct cli_args *args,
                                        const char *name)
{
    const struct cli_slot *slot = cli_args_slot(args, name);

    if (!slot) {
        (void)fprintf(stderr, "%s has no option --%s\n", args->command->name,
                      name);
        abort();
    }
    return slot;
}

bool cli_flag(const struct cli_args *args, const char *name)
{
    return must_have(args, name)->number != 0;
}

const char *cli_text(const struct cli_args *args, const char *name)
{
    const struct cli_slot *slot = must_have(args, name);

    return slot->count > 0 ? slot->texts[slot->count - 1] : NULL;
}

uint64_t cli_number(const struct cli_args *args, const char *name)
{
    return must_have(args, name)->number;
}

bool cli_given(const struct cli_args *args, const char *name)
{
    return must_have(args, name)->from != CLI_FROM_PRESET;
}

bool cli_typed(const struct cli_args *args, const char *name)
{
    return must_have(args, name)->from == CLI_FROM_FLAG;
}

const char *const *cli_list(const struct cli_args *args, const char *name)
{
    static const char *const none[] = {NULL};
    const struct cli_slot *slot = must_have(args, name);

    return slot->texts ? slot->texts : none;
}

int cli_operands(const struct cli_args *args)
{
    return args->operand_count;
}

const char *cli_operand(const struct cli_args *args, int i)
{
    assert(i >= 0 && i < args->operand_count);
    return args->operands[i];
}

char *const *cli_child(const struct cli_args *args)
{
    return args->child;
}

bool cli_json(const struct cli_args *args)
{
    return cli_flag(args, "json");
}

bool cli_quiet(const struct cli_args *args)
{
    return cli_flag(args, "quiet");
}

bool cli_verbose(const struct cli_args *args)
{
    return cli_flag(args, "verbose");
}

bool cli_wants_help(const struct cli_args *args)
{
    return cli_flag(args, "help");
}

/* NO_COLOR as in https://no-color.org: set and not empty. */
bool cli_color(const struct cli_args *args, int fd)
{
    const char *when = cli_text(args, "color");
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");

    if (strcmp(when, "auto") != 0)
        return !strcmp(when, "always");
    return !(no_color && *no_color) && term && strcmp(term, "dumb") != 0 &&
           isatty(fd);
}

void cli_args_free(struct cli_args *args)
{
    if (!args)
        return;
    for (size_t i = 0; i < args->slot_count; i++)
        free(args->slots[i].texts);
    free(args->slots);
    free(args->operands);
    td_buf_release(&args->warnings);
    free(args);
}
