#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *or_die(void *ptr, size_t size)
{
    if (!ptr) {
        (void)fprintf(stderr, "out of memory: %zu bytes\n", size);
        abort();
    }
    return ptr;
}

void *td_calloc(size_t n, size_t size)
{
    return or_die(calloc(n, size), n * size);
}

void *td_realloc(void *ptr, size_t size)
{
    return or_die(realloc(ptr, size), size);
}

char *td_strdup(const char *text)
{
    return td_strndup(text, strlen(text));
}

char *td_strndup(const void *ptr, size_t len)
{
    char *copy = td_calloc(1, len + 1);

    if (len > 0)
        memcpy(copy, ptr, len);
    return copy;
}
