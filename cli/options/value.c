#include "cli/options/args.h"
#include "core/clock.h"
#include "core/take.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_BASE 10

static bool read_flag(const char *text, uint64_t *number)
{
    static const struct {
        const char *text;
        uint64_t value;
    } rows[] = {{"true", 1},  {"yes", 1}, {"on", 1},  {"1", 1},
                {"false", 0}, {"no", 0},  {"off", 0}, {"0", 0}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (!strcmp(rows[i].text, text)) {
            *number = rows[i].value;
            return true;
        }
    }
    return false;
}

/* Digits, perhaps too many or below zero. */
static bool is_whole(const char *text)
{
    text += *text == '-';
    return *text && text[strspn(text, "0123456789")] == '\0';
}

/* A number of what? */
static bool is_bare(const char *text)
{
    return *text && text[strspn(text, "0123456789.")] == '\0';
}

static bool read_number(const char *text, uint64_t *number)
{
    uint64_t n = 0;

    for (const char *p = text; *p; p++) {
        uint64_t digit = (uint64_t)(*p - '0');

        if (*p < '0' || *p > '9' || n > (UINT64_MAX - digit) / NUMBER_BASE)
            return false;
        n = n * NUMBER_BASE + digit;
    }
    *number = n;
    return *text != '\0';
}

static bool read_money(const char *text, uint64_t *millionths)
{
    struct td_bytes rest = td_text(text);

    return td_take_money(&rest, millionths) && rest.len == 0;
}

/* choices is "a|b|c". */
static bool is_choice(const char *choices, const char *text)
{
    size_t len = strlen(text);

    while (choices) {
        if (!strncmp(choices, text, len) &&
            (choices[len] == '|' || choices[len] == '\0') && len > 0)
            return true;
        choices = strchr(choices, '|');
        choices = choices ? choices + 1 : NULL;
    }
    return false;
}

static bool read_value(const struct cli_option *option, const char *text,
                       uint64_t *number)
{
    switch (option->type) {
    case CLI_FLAG:
        return read_flag(text, number);
    case CLI_NUMBER:
        return read_number(text, number);
    case CLI_SIZE:
        return td_size_parse(text, number) == TD_OK;
    case CLI_DURATION:
        return td_duration_parse(text, number) == TD_OK;
    case CLI_MONEY:
        return read_money(text, number);
    case CLI_CHOICE:
        return is_choice(option->choices, text);
    case CLI_TEXT:
    case CLI_LIST:
        break;
    }
    return true;
}

static bool has_range(const struct cli_option *option)
{
    return option->type == CLI_NUMBER || option->type == CLI_SIZE ||
           option->type == CLI_DURATION;
}

static uint64_t most_of(const struct cli_option *option)
{
    return option->max ? option->max : UINT64_MAX;
}

#define BOUND_SIZE TD_AMOUNT_SIZE

/* A bound as it would be written. Returns out. */
static const char *bound(const struct cli_option *option, uint64_t n,
                         char out[BOUND_SIZE])
{
    static const char *const units[] = {"", "k", "M", "G", "T"};
    size_t i = 0;

    if (option->type == CLI_DURATION)
        return td_duration_text(out, n, TD_DURATION_EXACT);
    if (option->type == CLI_SIZE && n > 0)
        while (i + 1 < sizeof(units) / sizeof(units[0]) && n % 1024 == 0) {
            n /= 1024;
            i++;
        }
    (void)snprintf(out, BOUND_SIZE, "%" PRIu64 "%s", n, units[i]);
    return out;
}

static enum td_code out_of_range(const struct cli_option *option,
                                 const char *text, bool less, const char *where,
                                 struct td_error *err)
{
    char least[BOUND_SIZE];
    char most[BOUND_SIZE];

    (void)td_error_set(err, TD_USAGE, where, 0, "%.100s is too %s", text,
                       less ? "small" : "large");
    if (option->min && less)
        return td_error_hint(err, "write more than %s, or leave the option out",
                             bound(option, option->min - 1, least));
    return td_error_hint(err, "choose %s to %s",
                         bound(option, option->min, least),
                         bound(option, most_of(option), most));
}

static enum td_code is_empty(const struct cli_option *option, const char *where,
                             struct td_error *err)
{
    (void)td_error_set(err, TD_USAGE, where, 0, "its value is empty");
    return td_error_hint(err, "write %s %s, or leave it out", where,
                         option->value);
}

/* More than the numbers that hold it can say. */
static bool is_past_all(const struct cli_option *option, const char *text)
{
    uint64_t value;

    return (option->type == CLI_DURATION &&
            td_duration_parse(text, &value) == TD_LIMIT) ||
           (option->type == CLI_SIZE &&
            td_size_parse(text, &value) == TD_LIMIT);
}

static enum td_code past_all(const struct cli_option *option, const char *text,
                             const char *where, struct td_error *err)
{
    bool size = option->type == CLI_SIZE;

    if (option->max > 0)
        return out_of_range(option, text, false, where, err);
    (void)td_error_set(err, TD_USAGE, where, 0, "%.100s is too %s", text,
                       size ? "large" : "long");
    return td_error_hint(err, "nothing here takes more than %s",
                         size ? "8388607T" : "292 years");
}

enum td_code cli_value_read(const struct cli_option *option, const char *text,
                            const char *where, uint64_t *number,
                            struct td_error *err)
{
    static const struct {
        const char *what;
        const char *hint;
    } rows[] = {
        [CLI_FLAG] = {"a yes or no", "write true or false"},
        [CLI_TEXT] = {"", ""},
        [CLI_LIST] = {"", ""},
        [CLI_NUMBER] = {"a whole number", "write it like 1000"},
        [CLI_SIZE] = {"a size", "write it like 64k, 10M or 1G"},
        [CLI_DURATION] = {"a duration", "write it like 250ms, 2s or 1h30m"},
        [CLI_MONEY] = {"an amount of dollars", "write it like 2 or 2.50"},
        [CLI_CHOICE] = {"one of the choices", ""},
    };

    uint64_t value = *number;

    if (!*text && !option->may_be_empty &&
        (option->type == CLI_TEXT || option->type == CLI_LIST))
        return is_empty(option, where, err);
    if (read_value(option, text, &value)) {
        if (has_range(option) &&
            (value < option->min || value > most_of(option)))
            return out_of_range(option, text, value < option->min, where, err);
        *number = value;
        return TD_OK;
    }
    if (is_past_all(option, text))
        return past_all(option, text, where, err);
    if (option->type == CLI_NUMBER && is_whole(text))
        return out_of_range(option, text, *text == '-', where, err);
    (void)td_error_set(err, TD_USAGE, where, 0, "\"%.100s\" is not %s", text,
                       rows[option->type].what);
    if (option->type == CLI_CHOICE)
        (void)td_error_hint(err, "choose %s", option->choices);
    else if (option->type == CLI_DURATION && is_bare(text))
        (void)td_error_hint(err, "add the unit: %.40sms, %.40ss or %.40sm",
                            text, text, text);
    else
        (void)td_error_hint(err, "%s", rows[option->type].hint);
    return TD_USAGE;
}
