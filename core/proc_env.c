#include "core/proc_env.h"

#include "core/buf.h"
#include "core/mem.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SHOWN_MAX 100 /* bytes of a wish in a message */

static size_t name_len(const char *text)
{
    return strcspn(text, "=");
}

static bool is_name(const char *wish)
{
    size_t len = name_len(wish);

    return len > 0 && !(wish[0] >= '0' && wish[0] <= '9') &&
           strspn(wish, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                        "0123456789_") == len;
}

static bool is_same(const char *a, const char *b)
{
    return name_len(a) == name_len(b) && !strncmp(a, b, name_len(a));
}

static bool is_among(const char *text, const char *const *wishes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_same(text, wishes[i]))
            return true;
    return false;
}

static size_t length(const char *const *list)
{
    size_t len = 0;

    while (list && list[len])
        len++;
    return len;
}

enum td_code td_proc_env_check(const char *const *wishes, const char *option,
                               struct td_error *err)
{
    for (size_t i = 0; i < length(wishes); i++) {
        const char *path = wishes[i] + name_len(wishes[i]);

        if (!is_name(wishes[i]) || (*path && path[1] != '/')) {
            (void)td_error_set(err, TD_USAGE, option, 0,
                               is_name(wishes[i])
                                   ? "what follows the = of %.*s is no path"
                                   : "%.*s does not begin with the name of a "
                                     "variable",
                               SHOWN_MAX, wishes[i]);
            return td_error_hint(err, "write %s NAME or %s NAME=/PATH", option,
                                 option);
        }
        if (is_among(wishes[i], wishes, i))
            return td_error_set(err, TD_USAGE, option, 0, "%.*s is given twice",
                                (int)name_len(wishes[i]), wishes[i]);
    }
    return TD_OK;
}

/* "NAME=/path" with the address before the path. */
static char *variable_of(const char *wish, const char *url)
{
    const char *path = wish + name_len(wish);
    struct td_buf text = {0};
    char *variable;

    (void)td_buf_add(&text, wish, name_len(wish));
    (void)td_buf_addf(&text, "=%s%s", url, *path ? path + 1 : "");
    variable = td_strdup(td_buf_str(&text));
    td_buf_release(&text);
    return variable;
}

char **td_proc_env(const char *const *wishes, const char *url)
{
    size_t wished = length(wishes);
    size_t count = length((const char *const *)environ);
    char **env = td_calloc(count + wished + 1, sizeof(*env));
    size_t len = 0;

    for (size_t i = 0; i < count; i++)
        if (!is_among(environ[i], wishes, wished))
            env[len++] = td_strdup(environ[i]);
    for (size_t i = 0; i < wished; i++)
        env[len++] = variable_of(wishes[i], url);
    return env;
}

void td_proc_env_free(char **env)
{
    for (char **at = env; at && *at; at++)
        free(*at);
    free(env);
}
