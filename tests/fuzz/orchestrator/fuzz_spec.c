/* The first byte chooses: a description, an answer to some category, or a saved
 * specification. What is taken is the same after it was saved and loaded, and
 * every document can be made of it.
 */
#include "core/json.h"
#include "orchestrator/spec/docs.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_saved(const struct spec *spec)
{
    struct spec again = {0};
    struct td_buf a = {0};
    struct td_buf b = {0};

    spec_write(spec, &a);
    if (spec_parse(&again, "saved", td_buf_bytes(&a), NULL) != TD_OK)
        abort();
    spec_write(&again, &b);
    if (!td_bytes_equal(td_buf_bytes(&a), td_buf_bytes(&b)) ||
        spec_completeness(spec) > 100)
        abort();
    spec_release(&again);
    td_buf_release(&a);
    td_buf_release(&b);
}

static void check_documents(const struct spec *spec)
{
    for (unsigned i = 0; i < SPEC_DOCS; i++) {
        struct td_buf json = {0};
        struct td_buf text = {0};

        spec_doc_json(spec, (enum spec_doc)i, &json);
        spec_doc_markdown(spec, (enum spec_doc)i, &text);
        if (td_json_check(td_buf_bytes(&json), 64, NULL) != TD_OK)
            abort();
        td_buf_release(&json);
        td_buf_release(&text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct spec spec = {0};
    struct td_bytes text;
    enum td_code code;
    unsigned which;

    if (size == 0)
        return 0;
    which = data[0] % (SPEC_CATEGORIES + 2);
    text = td_bytes(data + 1, size - 1);
    if (which == SPEC_CATEGORIES) {
        code = spec_begin(&spec, text, SPEC_TYPES, NULL);
    } else if (which == SPEC_CATEGORIES + 1) {
        code = spec_parse(&spec, "fuzz", text, NULL);
    } else {
        code = spec_begin(&spec, td_text("API"), SPEC_TYPES, NULL);
        if (code == TD_OK)
            code = spec_answer(&spec, (enum spec_category)which, text, NULL);
    }
    if (code == TD_OK) {
        check_saved(&spec);
        check_documents(&spec);
    }
    spec_release(&spec);
    return 0;
}
