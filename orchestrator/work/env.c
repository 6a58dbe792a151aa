#include "orchestrator/work/env.h"

#include <stdlib.h>
#include <string.h>

static const char *const always[] = {"PATH", "HOME", "LANG", "TZ"};

#define ALWAYS (sizeof(always) / sizeof(always[0]))

/* Bytes of a variable's name. */
static size_t name_len(const char *text)
{
    return strcspn(text, "=");
}

static bool same_name(const char *a, const char *b)
{
    size_t len = name_len(a);

    return len == name_len(b) && !strncmp(a, b, len);
}

static const char *find(char *const *ours, const char *name)
{
    for (; ours && *ours; ours++)
        if (same_name(*ours, name))
            return *ours;
    return NULL;
}

static bool is_name(const char *text)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    size_t len = name_len(text);

    return len > 0 && strspn(text, letters) >= len &&
           !(text[0] >= '0' && text[0] <= '9');
}

/* In the place of one of that name, if there is one. */
static void set(char **list, size_t *count, char *text)
{
    for (size_t i = 0; i < *count; i++)
        if (same_name(list[i], text)) {
            list[i] = text;
            return;
        }
    list[(*count)++] = text;
}

static void unset(char **list, size_t *count, const char *name)
{
    for (size_t i = 0; i < *count; i++)
        if (same_name(list[i], name)) {
            list[i] = list[--*count];
            return;
        }
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

enum td_code work_env(char ***out, struct td_arena *arena,
                      const struct plan_words *names, char *const *ours,
                      struct td_error *err)
{
    size_t count = 0;
    char **list =
        td_arena_alloc(arena, (ALWAYS + names->count + 1) * sizeof(*list));

    for (size_t i = 0; i < ALWAYS; i++)
        if (find(ours, always[i]))
            set(list, &count, td_arena_copy(arena, find(ours, always[i])));
    for (uint32_t i = 0; i < names->count; i++) {
        const char *text = names->list[i];
        const char *from = strchr(text, '=') ? text : find(ours, text);

        if (!is_name(text)) {
            (void)td_error_set(err, TD_USAGE, text, 0,
                               "is no name of a variable");
            return td_error_hint(err, "write NAME or NAME=value");
        }
        if (from)
            set(list, &count, td_arena_copy(arena, from));
        else
            unset(list, &count, text);
    }
    qsort(list, count, sizeof(*list), by_name);
    list[count] = NULL;
    *out = list;
    return TD_OK;
}
