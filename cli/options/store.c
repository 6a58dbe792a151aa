/* The values of a call, written to the settings of a verb. */
#include "cli/options/args.h"

#include <assert.h>
#include <string.h>

/* Index of text in "a|b|c"; the parser has checked that it is there. */
static unsigned choice_of(const char *choices, const char *text)
{
    size_t len = strlen(text);
    unsigned n = 0;

    while (strncmp(choices, text, len) != 0 || !strchr("|", choices[len])) {
        choices += strcspn(choices, "|") + 1;
        n++;
    }
    return n;
}

static void store_number(const struct cli_option *option, void *to,
                         uint64_t number)
{
    uint32_t half = (uint32_t)number;

    assert(option->size == sizeof(number) || half == number);
    if (option->size == sizeof(number))
        memcpy(to, &number, sizeof(number));
    else
        memcpy(to, &half, sizeof(half));
}

static void store(const struct cli_args *args, const struct cli_slot *slot,
                  void *to)
{
    const struct cli_option *option = slot->option;
    const char *text = cli_text(args, option->name);

    switch (option->type) {
    case CLI_FLAG:
        *(bool *)to = slot->number != 0;
        break;
    case CLI_TEXT:
        *(const char **)to = text;
        break;
    case CLI_LIST:
        *(const char *const **)to = cli_list(args, option->name);
        break;
    case CLI_NUMBER:
    case CLI_SIZE:
    case CLI_DURATION:
    case CLI_MONEY:
        store_number(option, to, slot->number);
        break;
    case CLI_CHOICE:
        store_number(option, to, choice_of(option->choices, text));
        break;
    }
}

void cli_store(const struct cli_args *args, void *settings)
{
    for (size_t i = 0; i < args->slot_count; i++) {
        const struct cli_slot *slot = &args->slots[i];

        if (slot->option->size > 0)
            store(args, slot, (char *)settings + slot->option->to);
    }
}
