/* Answers of models, blocks of code in them, and what a process says, as rows.
 */
#include "orchestrator/provider/answer.h"
#include "tests/suites.h"

#include <stdio.h>

struct row {
    const char *messages[4];
    const char *end; /* "ok: TEXT", or "FAULT: text", or "!" for no message */
};

static const struct row rows[] = {
    {{"{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}",
      "{\"choices\":[{\"delta\":{\"content\":\"\\u00e9\\n\"}}]}", "[DONE]"},
     "ok: a\xc3\xa9\n"},
    {{"{\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":null}}]}",
      "[DONE]"},
     "ok: "},
    {{"{\"choices\":[],\"usage\":null}", "[DONE]"},
     "malformed: the answer has no choice"},
    {{"{\"choices\":[{\"delta\":{\"content\":\"a\"}},"
      "{\"delta\":{\"content\":\"b\"}}]}",
      "[DONE]"},
     "ok: a"},
    {{"{\"choices\":[{\"delta\":{\"refusal\":\"I \\\"won't\\\"\"}}]}",
      "[DONE]"},
     "refused: the answer was refused: I \"won't\""},
    {{"{\"error\":\"busy\"}"}, "server_error: the server gave up: busy"},
    {{"{\"error\":{\"code\":7}}"},
     "server_error: the server gave up: {\"code\":7}"},
    {{"{\"error\":null,\"choices\":[{\"delta\":{}}]}", "[DONE]"}, "ok: "},
    {{"[]"}, "!"},
    {{"{\"choices\":{}}"}, "!"},
    {{"{\"choices\":[1]}"}, "!"},
    {{"{\"choices\":[{\"delta\":{\"content\":[1]}}]}"}, "!"},
    {{"{\"choices\":[{\"delta\":1}]}", "[DONE]"}, "ok: "},
    {{" [DONE]"}, "!"},
    {{"{\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}"
      "]}"},
     "disconnected: the answer ended before its end"},
};

static void say(struct td_buf *out, const struct row *row)
{
    struct prov_answer answer = {0};
    struct prov_end end = {0};
    enum td_code code = TD_OK;

    for (int i = 0; i < 4 && row->messages[i] && !code; i++)
        code = prov_answer_take(&answer, td_text(row->messages[i]), NULL);
    if (code)
        td_buf_addf(out, "!");
    else if (prov_answer_judge(&answer, &end))
        td_buf_addf(out, "ok: %s", td_buf_str(&answer.text));
    else
        td_buf_addf(out, "%s: %s", plan_fault_word(end.fault), end.text);
    prov_answer_release(&answer);
}

static void answers(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct td_buf out = {0};

        say(&out, &rows[i]);
        if (strcmp(td_buf_str(&out), rows[i].end) != 0)
            printf("\n    row %zu: %s", i, td_buf_str(&out));
        CU_ASSERT_STRING_EQUAL(td_buf_str(&out), rows[i].end);
        td_buf_release(&out);
    }
}

static void usage(void)
{
    static const struct {
        const char *usage;
        bool has;
        uint64_t in;
        uint64_t out;
    } usages[] = {
        {"{\"prompt_tokens\":9,\"completion_tokens\":0}", true, 9, 0},
        {"{\"prompt_tokens\":-9,\"completion_tokens\":0}", false, 0, 0},
        {"{\"prompt_tokens\":9}", false, 0, 0},
        {"{\"prompt_tokens\":1.5,\"completion_tokens\":1}", false, 0, 0},
        {"{\"prompt_tokens\":1234567890123456,\"completion_tokens\":1}", false,
         0, 0},
        {"7", false, 0, 0},
    };

    for (size_t i = 0; i < sizeof(usages) / sizeof(*usages); i++) {
        struct prov_answer answer = {0};
        struct td_buf text = {0};

        td_buf_addf(&text, "{\"usage\":%s}", usages[i].usage);
        CU_ASSERT_EQUAL(prov_answer_take(&answer, td_buf_bytes(&text), NULL),
                        TD_OK);
        CU_ASSERT_EQUAL(answer.has_usage, usages[i].has);
        CU_ASSERT_EQUAL(answer.tokens_in, usages[i].in);
        CU_ASSERT_EQUAL(answer.tokens_out, usages[i].out);
        prov_answer_release(&answer);
        td_buf_release(&text);
    }
}

/* Text, and its blocks with a bar between them. */
static const char *const blocks[][2] = {
    {"no block", ""},
    {"a\n```c\nint x;\n```\nb\n~~~\ny\n~~~\n", "int x;\n|y\n|"},
    {"```\na\n", "a\n|"},
    {"```\n", "|"},
    {"````\n```\n````\n", "```\n|"},
    {"```\na\n~~~\n```", "a\n~~~\n|"},
    {"   ```\nin\n  ```  \nout\n", "in\n|"},
    {"    ```\ncode by indent\n", ""},
    {"``` a`b\nno fence\n", ""},
    {"~~~ a`b\nfence\n~~~", "fence\n|"},
    {"```\r\na\r\n```\r\n", "a\r\n|"},
    {"``\nshort\n``\n", ""},
};

static void code_blocks(void)
{
    for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++) {
        struct td_buf out = {0};
        struct td_bytes block;

        for (uint32_t n = 0;
             prov_answer_block(td_text(blocks[i][0]), n, &block); n++) {
            td_buf_add_bytes(&out, block);
            td_buf_add_byte(&out, '|');
        }
        if (strcmp(td_buf_str(&out), blocks[i][1]) != 0)
            printf("\n    row %zu: %s", i, td_buf_str(&out));
        CU_ASSERT_STRING_EQUAL(td_buf_str(&out), blocks[i][1]);
        td_buf_release(&out);
    }
}

CU_TestInfo orchestrator_provider_answer_tests[] = {
    {"answers", answers},
    {"usage", usage},
    {"blocks of code", code_blocks},
    CU_TEST_INFO_NULL,
};
