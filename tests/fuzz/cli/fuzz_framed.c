/* What others have captured, in each framing; of JSON text sequences a plain
 * reading of RFC 7464 counts the messages too.
 */
#include "cli/verbs/validate_framed.h"

#include <stdlib.h>

#define SEPARATOR 0x1E

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* Whether a record is a message: something, and not cut within a number or a
 * word, which only what is behind it would tell.
 */
static bool is_message(struct td_bytes record)
{
    const uint8_t *at = record.ptr;
    const uint8_t *end = record.ptr + record.len;

    while (at < end && is_blank(*at))
        at++;
    return at < end &&
           (*at == '{' || *at == '[' || *at == '"' || is_blank(end[-1]));
}

/* Before the first separator there may be empty lines. */
static bool is_sequence(struct td_bytes *text)
{
    while (text->len > 0 && text->ptr[0] == '\n')
        *text = td_bytes(text->ptr + 1, text->len - 1);
    return text->len == 0 || text->ptr[0] == SEPARATOR;
}

static uint64_t count_messages(struct td_bytes text)
{
    uint64_t count = 0;

    while (text.len > 0) {
        const uint8_t *next = memchr(text.ptr + 1, SEPARATOR, text.len - 1);
        size_t len = next ? (size_t)(next - text.ptr) : text.len;

        count += is_message(td_bytes(text.ptr + 1, len - 1));
        text = td_bytes(text.ptr + len, text.len - len);
    }
    return count;
}

static enum td_code feed(struct cli_framed_input *input, struct td_bytes text)
{
    enum td_code code = TD_OK;
    struct td_error err = {0};

    while (text.len > 0 && code == TD_OK) {
        const uint8_t *end = memchr(text.ptr, '\n', text.len);
        size_t len = end ? (size_t)(end - text.ptr) : text.len;

        code =
            cli_framed_line(input, td_bytes(text.ptr, len), end != NULL, &err);
        len += end != NULL;
        text = td_bytes(text.ptr + len, text.len - len);
    }
    return code ? code : cli_framed_end(input, &err);
}

static void judge(enum cli_framed framed, struct td_bytes text)
{
    const struct check_options options = {.max_findings = 2};
    struct check *check = check_new(&options, "fuzz");
    struct cli_framed_input *input = cli_framed_new(framed, "fuzz", check);
    enum td_code code = feed(input, text);
    const struct check_verdict *v = check_end(check);

    if (framed == CLI_FRAMED_JSON_SEQ) {
        bool is = is_sequence(&text);

        if (is != (code == TD_OK) || (is && v->events != count_messages(text)))
            abort();
    }
    cli_framed_free(input);
    check_free(check);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    judge(CLI_FRAMED_SSE, td_bytes(data, size));
    judge(CLI_FRAMED_JSON_SEQ, td_bytes(data, size));
    judge(CLI_FRAMED_HEADERS, td_bytes(data, size));
    return 0;
}
