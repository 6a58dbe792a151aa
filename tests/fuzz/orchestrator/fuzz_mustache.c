/* A template of any bytes over a view that has something of everything: no
 * crash, no more than the limits, and what comes of it comes again.
 */
#include "orchestrator/blueprint/mustache.h"

#include <stdlib.h>
#include <string.h>

static const char view_text[] =
    "{\"a\":{\"b\":[1,2,{\"c\":\"x\"}]},\"t\":true,\"f\":false,\"n\":null,"
    "\"s\":\"text \\u00e9\",\"e\":[],\"l\":[{\"n\":1},{\"n\":2}],\"d\":1.50}";

static struct td_json_doc doc;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    if (td_json_parse(&doc, td_text(view_text), 16, NULL) != TD_OK)
        abort();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct blue_view view = {.doc = &doc};
    struct td_buf out = {0};
    struct td_buf again = {0};
    struct td_error err = {0};
    enum td_code code =
        blue_mustache(&out, "fuzz", td_bytes(data, size), &view, &err);

    if (code != TD_OK && (code != TD_USAGE && code != TD_LIMIT))
        abort();
    if (code == TD_USAGE && strncmp(err.where, "fuzz:", 5) != 0)
        abort();
    if (out.len > BLUE_OUTPUT_MAX)
        abort();
    if (blue_mustache(&again, "fuzz", td_bytes(data, size), &view, NULL) !=
            code ||
        !td_bytes_equal(td_buf_bytes(&out), td_buf_bytes(&again)))
        abort();
    td_buf_release(&out);
    td_buf_release(&again);
    return 0;
}
