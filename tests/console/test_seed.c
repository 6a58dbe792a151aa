/* Every command of the system that this console comes from is a row: it is
 * taken, under its name or another, or it is left out, and why.
 */
#include "console/words/words.h"
#include "tests/suites.h"

#include <stdio.h>
#include <string.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* The line as it was typed there; what it is here, if that is another; why it
 * is left out. */
static const struct {
    const char *line;
    const char *here;
    const char *left_out;
} rows[] = {
    {"help", NULL, NULL},
    {"help plan", NULL, NULL},
    {"help aliases", NULL, NULL},
    {"h", NULL, NULL},
    {"?", NULL, NULL},
    {"/help", NULL, NULL},
    {"spec an API for wine", NULL, NULL},
    {"spec answer 500 users", NULL, NULL},
    {"spec show", NULL, NULL},
    {"spec ready", NULL, NULL},
    {"spec x --focus security", NULL, NULL},
    {"plan", NULL, NULL},
    {"p", NULL, NULL},
    {"plan show", NULL, NULL},
    {"plan show --view overview", NULL, NULL},
    {"plan show --view timeline", NULL, NULL},
    {"plan show --view tasks", NULL, NULL},
    {"plan show --view stats", NULL, NULL},
    {"plan show --view dependencies", NULL, NULL},
    {"plan show --view full", NULL, NULL},
    {"plan generate", NULL, NULL},
    {"plan generate an API for wine", NULL, NULL},
    {"plan review", NULL, NULL},
    {"plan --scope security", "plan generate --focus security",
     "what a plan is made for is said as of a specification and of run"},
    {"execute", NULL, NULL},
    {"execute --parallel", NULL, NULL},
    {"execute --parallel false", NULL, NULL},
    {"execute --max-workers 4", NULL, NULL},
    {"execute --dry-run", NULL, NULL},
    {"execute --auto-approve", NULL, NULL},
    {"validate", NULL, NULL},
    {"validate --strict", NULL, NULL},
    {"validate --check tests", NULL, NULL},
    {"validate --check coverage", NULL, NULL},
    {"validate --check performance", NULL, NULL},
    {"validate --check all", NULL, NULL},
    {"validate --check syntax", NULL, NULL},
    {"test", NULL, NULL},
    {"test cart", NULL, NULL},
    {"test cart*", NULL, NULL},
    {"test --coverage", NULL, NULL},
    {"test --filter fail", NULL, NULL},
    {"test --limit 50", NULL, NULL},
    {"test --depth deep", NULL, NULL},
    {"test --focus security", NULL, NULL}, /* a gate */
    {"show", NULL, NULL},
    {"s status", NULL, NULL},
    {"show pipeline", NULL, NULL},
    {"show logs", NULL, NULL},
    {"show artifacts", NULL, NULL},
    {"show artifacts --stats", NULL, NULL},
    {"show artifact src/main.c", NULL, NULL},
    {"show tokens", NULL, NULL},
    {"show status", NULL, NULL},
    {"show status --since 5m", NULL, NULL},
    {"show results", NULL, NULL},
    {"show results --html", NULL, NULL},
    {"show plan", NULL, NULL},
    {"logs", NULL, NULL},
    {"logs --level warn", NULL, NULL},
    {"logs --source task", NULL, NULL},
    {"logs --query order", NULL, NULL},
    {"logs --stats", NULL, NULL},
    {"logs --limit 100", NULL, NULL},
    {"logs --filter order", NULL, NULL},
    {"cancel", NULL, NULL},
    {"cancel compile --grace 10s", NULL, NULL},
    {"retry", NULL, NULL},
    {"retry compile", NULL, NULL},
    {"retry compile --attempts 4", NULL, NULL},
    {"pause", NULL, NULL},
    {"resume", NULL, NULL},
    {"session create shop", NULL, NULL},
    {"session save", NULL, NULL},
    {"session load 20261128", NULL, NULL},
    {"session list", NULL, NULL},
    {"session stats", NULL, NULL},
    {"session info", NULL, NULL},
    {"config", NULL, NULL},
    {"config theme", NULL, NULL},
    {"config theme dark", NULL, NULL},
    {"config get theme", NULL, NULL},
    {"config set theme dark", NULL, NULL},
    {"config show", NULL, NULL},
    {"context", NULL, NULL},
    {"ctx show", NULL, NULL},
    {"context clear", NULL, NULL}, /* it says why there is nothing to */
    {"context stats", NULL, NULL},
    {"context show --verbose", NULL, NULL},
    {"snapshot create before-cart", NULL, NULL},
    {"snapshot list", NULL, NULL},
    {"snap rollback 1 --yes", NULL, NULL},
    {"snapshot delete 1 --yes", NULL, NULL},
    {"snapshot show 1", NULL, NULL},
    {"run an API for wine", NULL, NULL},
    {"run x --focus general", NULL, NULL},
    {"run x --focus security", NULL, NULL},
    {"run x --focus performance", NULL, NULL},
    {"run x --focus accessibility", NULL, NULL},
    {"run x --depth light", NULL, NULL},
    {"run x --depth standard", NULL, NULL},
    {"run x --depth deep", NULL, NULL},
    {"run x --time-limit 1h", "run x --budget-time 1h",
     "it is the budget of time"},
    {"approve", NULL, NULL},
    {"approve x7/release", NULL, NULL},
    {"exit", NULL, NULL},
    {"quit", NULL, NULL},
    {"q", NULL, NULL},
};

static bool is_taken(const char *line)
{
    struct words_list list;
    struct words_call call;
    struct td_error err = {0};
    enum td_code code = words_split(&list, td_text(line), &err);

    if (code == TD_OK)
        code = words_read(&call, &list, &err);
    words_release(&list);
    return code == TD_OK;
}

static void every_command_is_there_or_left_out_for_a_reason(void)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        bool taken = is_taken(rows[i].line);

        if (taken == (rows[i].left_out != NULL))
            printf("\n    %s: %s\n", rows[i].line, taken ? "taken" : "refused");
        CU_ASSERT_EQUAL(taken, rows[i].left_out == NULL);
        if (rows[i].here)
            CU_ASSERT(is_taken(rows[i].here));
    }
}

/* And the other way round: a command that has no row was not thought of. */
static void every_command_has_a_row(void)
{
    static const char *const ours[] = {"replay"};

    for (const struct words_command *c = words_commands; c->name; c++) {
        size_t len = strlen(c->name);
        bool found = false;

        for (size_t i = 0; i < COUNT(rows) && !found; i++)
            found = !strncmp(rows[i].line, c->name, len) &&
                    (!rows[i].line[len] || rows[i].line[len] == ' ');
        for (size_t i = 0; i < COUNT(ours) && !found; i++)
            found = !strcmp(ours[i], c->name);
        if (!found)
            printf("\n    %s has no row\n", c->name);
        CU_ASSERT(found);
    }
}

CU_TestInfo console_seed_tests[] = {
    {"every command is there, or left out for a reason",
     every_command_is_there_or_left_out_for_a_reason},
    {"every command has a row", every_command_has_a_row},
    CU_TEST_INFO_NULL,
};
