/* The first byte chooses a format, the rest is the text. Each checker says the
 * same twice, and what is valid in ASCII is valid in the wider format too.
 */
#include "schema/format/format.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct {
    const char *name;
    const char *wider; /* everything of the format has this one as well */
} formats[] = {
    {"date-time", NULL},
    {"date", NULL},
    {"time", NULL},
    {"duration", NULL},
    {"email", NULL},
    {"idn-email", NULL},
    {"hostname", "idn-hostname"},
    {"idn-hostname", NULL},
    {"ipv4", "hostname"},
    {"ipv6", NULL},
    {"uri", "iri"},
    {"uri-reference", "iri-reference"},
    {"iri", "iri-reference"},
    {"iri-reference", NULL},
    {"uri-template", NULL},
    {"uuid", "hostname"},
    {"json-pointer", NULL},
    {"relative-json-pointer", NULL},
    {"regex", NULL},
};

static bool has(const char *format, struct td_bytes text)
{
    return schema_format_find(td_text(format))(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t i = size ? data[0] % (sizeof(formats) / sizeof(formats[0])) : 0;
    struct td_bytes text = td_bytes(data + 1, size ? size - 1 : 0);
    bool good = has(formats[i].name, text);

    if (good != has(formats[i].name, text))
        abort();
    if (good && formats[i].wider && !has(formats[i].wider, text))
        abort();
    return 0;
}
