/* Any bytes as a baseline: what is taken is written down again and read the
 * same; asking for what it knows ends.
 */
#include "validator/gates/baseline.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum td_code take(struct gates_baseline *base, struct td_bytes text)
{
    static const char first[] = "aa";
    struct td_error err = {0};
    enum td_code code =
        gates_baseline_parse(base, "b", text, first, "2026-06-15", &err);

    if (code && err.text[0] == '\0')
        abort();
    return code;
}

/* As many are known as it says, and no more. */
static void ask(struct gates_baseline *base)
{
    for (size_t i = 0; i < base->known_len; i++) {
        const struct gates_known *k = &base->known[i];

        if (i > 0 && strcmp(base->known[i - 1].fp, k->fp) >= 0)
            abort();
        if (gates_baseline_knows(base, k->fp) == k->spent)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gates_baseline base = {0}, again = {0};
    struct td_buf first = {0}, second = {0};

    if (take(&base, td_bytes(data, size)) == TD_OK) {
        if (gates_baseline_text(&base, &first) ||
            take(&again, td_buf_bytes(&first)) ||
            gates_baseline_text(&again, &second) ||
            !td_bytes_equal(td_buf_bytes(&first), td_buf_bytes(&second)))
            abort();
        ask(&base);
    }
    td_buf_release(&first);
    td_buf_release(&second);
    gates_baseline_release(&base);
    gates_baseline_release(&again);
    return 0;
}
