#include "tests/support/verb_rows.h"

#include "validator/check/check.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>

struct check_contract *verb_rows_contract(const char *head, const char *rule)
{
    struct schema_options how = {0};
    struct check_contract *contract = NULL;
    struct td_jsonx doc = {0};
    struct td_error err = {0};
    struct td_buf text = {0};

    (void)td_buf_addf(&text,
                      "contract: 1\nstream: {clock: {event: t}%s\nrules:\n"
                      "- {id: r, %s}\n",
                      head, rule);
    if (td_jsonx_parse(&doc, "c", TD_JSONX_YAML, td_buf_bytes(&text), &err) ||
        check_contract_compile(&contract, &doc, &how, &err))
        printf("\n    %s: %s\n        %s\n", err.where, err.text, rule);
    CU_ASSERT_PTR_NOT_NULL_FATAL(contract);
    td_buf_release(&text);
    return contract;
}

static void add_message(struct td_buf *out, const char *at, size_t len)
{
    size_t name = strcspn(at, " ;");

    td_buf_clear(out);
    name = name < len ? name : len;
    (void)td_buf_addf(out, "{\"type\":\"%.*s\"", (int)name, at);
    for (size_t i = name; i < len; i++) {
        size_t key = strcspn(at + i, "=");

        if (at[i] == ' ') {
            (void)td_buf_addf(out, ",\"%.*s\":", (int)key - 1, at + i + 1);
            i += key;
        } else {
            (void)td_buf_add_byte(out, at[i] == '\'' ? '"' : (uint8_t)at[i]);
        }
    }
    (void)td_buf_add_byte(out, '}');
}

static void feed(struct check *check, const char *stream)
{
    struct td_buf line = {0};
    uint64_t number = 0;

    while (*stream) {
        size_t len = strcspn(stream, ";");

        add_message(&line, stream, len);
        CU_ASSERT_EQUAL(check_line(check, ++number, td_buf_bytes(&line)),
                        TD_OK);
        stream += len;
        stream += strspn(stream, "; ");
    }
    td_buf_release(&line);
}

static void say(const struct check_verdict *v, struct td_buf *out)
{
    const struct check_result *r = &v->rules[v->rules_len - 1];
    const struct check_finding *f = v->findings;

    (void)td_buf_addf(out, "%s", check_outcome_text(r->outcome));
    if (r->total > 0)
        (void)td_buf_addf(out, " %llu", (unsigned long long)r->total);
    if (v->findings_len == 0)
        return;
    (void)td_buf_addf(out, ": %llu %s|%s|%s|%s|", (unsigned long long)f->seq,
                      f->key, f->path, f->expected, f->found);
    for (size_t i = 0; i < f->related_len; i++)
        (void)td_buf_addf(out, "%s%llu%s%s", i ? " " : "",
                          (unsigned long long)f->related[i].seq,
                          f->related[i].value ? "=" : "",
                          f->related[i].value ? f->related[i].value : "");
}

static void judge(const char *head, const struct verb_row *row)
{
    struct check_contract *contract = verb_rows_contract(head, row->rule);
    struct check_options options = {.contract = contract, .max_findings = 9};
    struct check *check = check_new(&options, "s");
    struct td_buf said = {0};

    feed(check, row->stream);
    say(check_end(check), &said);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&said), row->says);
    if (strcmp(td_buf_str(&said), row->says) != 0)
        printf("\n    %s\n    of %s\n        says %s\n        not  %s\n",
               row->rule, row->stream, td_buf_str(&said), row->says);
    td_buf_release(&said);
    check_free(check);
    check_contract_free(contract);
}

void verb_rows_judge(const char *head, const struct verb_row *rows, size_t len)
{
    for (size_t i = 0; i < len; i++)
        judge(head, &rows[i]);
}
