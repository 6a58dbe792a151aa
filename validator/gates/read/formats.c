#include "validator/gates/read/formats.h"

#include <string.h>

const struct read_format *const read_formats[] = {
#define READ_FORMAT_ROW(name) &read_##name,
    READ_FORMATS(READ_FORMAT_ROW)
#undef READ_FORMAT_ROW
        NULL};

const struct read_format *read_find(const char *name)
{
    for (const struct read_format *const *f = read_formats; *f; f++) {
        if (!strcmp((*f)->name, name))
            return *f;
    }
    return NULL;
}
