/* A program of somebody else: it sees only what was installed. Writes a tape,
 * reads it back, prints one value of its payload, and judges payloads by a JSON
 * Schema.
 */
#include <tapedeck/core/json.h>
#include <tapedeck/schema/schema.h>
#include <tapedeck/tape/reader.h>
#include <tapedeck/tape/writer.h>

#include <stdio.h>
#include <stdlib.h>

static enum td_code record(const char *path, struct td_error *err)
{
    struct tape_options options = {.source = "example", .overwrite = true};
    struct td_event ev = {
        .at_ns = 1500,
        .conn = 1,
        .dir = TD_DIR_OUT,
        .form = TD_FORM_JSON,
        .payload = td_text("{\"price\":1.10}"),
    };
    struct tape_writer *writer;
    enum td_code code = tape_writer_open(&writer, path, &options, err);

    if (code)
        return code;
    code = tape_writer_put(writer, &ev, err);
    if (tape_writer_close(writer, TAPE_END_CLEAN, NULL, code ? NULL : err))
        return TD_IO;
    return code;
}

static enum td_code print_prices(const char *path, struct td_error *err)
{
    struct tape_read_options how = {0};
    struct td_json_doc doc = {0};
    struct td_event ev;
    struct tape_reader *reader;
    enum td_code code = tape_reader_open(&reader, path, &how, err);

    if (code)
        return code;
    while (!(code = tape_reader_next(reader, &ev, err))) {
        struct td_bytes price;

        if (td_json_parse(&doc, ev.payload, TD_JSON_DEPTH, err))
            break;
        price = td_json_raw(&doc, td_json_member(&doc, 0, td_text("price")));
        (void)printf("%llu ns: %.*s\n", (unsigned long long)ev.at_ns,
                     (int)price.len, (const char *)price.ptr);
    }
    td_json_release(&doc);
    tape_reader_close(reader);
    return code == TD_END ? TD_OK : code;
}

static void print_problem(void *self, const struct schema_problem *problem)
{
    (void)self;
    (void)printf("%s: expected %s, found %s\n", problem->path,
                 problem->expected, problem->found);
}

/* Say of each payload what the schema says of it. */
static enum td_code judge(const struct schema_set *set, uint32_t root,
                          const char *const *payloads, struct td_error *err)
{
    struct schema_run *run = schema_run_new(set);
    struct td_json_doc doc = {0};
    enum td_code code = TD_OK;

    for (; *payloads && !code; payloads++) {
        struct schema_value value = {&doc, 0};

        code = td_json_parse(&doc, td_text(*payloads), TD_JSON_DEPTH, err);
        if (code)
            break;
        if (schema_test(run, root, value) == TD_OK)
            (void)printf("valid\n");
        else if (schema_explain(run, root, value, print_problem, NULL) ==
                 TD_LIMIT)
            code = TD_LIMIT;
    }
    td_json_release(&doc);
    schema_run_free(run);
    return code;
}

static enum td_code judge_prices(struct td_error *err)
{
    static const char schema[] =
        "{\"required\": [\"price\"],"
        " \"properties\": {\"price\": {\"multipleOf\": 0.01}}}";
    static const char *const payloads[] = {"{\"price\":1.10}",
                                           "{\"price\":1.105}", NULL};
    struct schema_set *set = schema_set_new(NULL);
    struct td_jsonx text = {0};
    uint32_t root;
    enum td_code code =
        td_jsonx_parse(&text, "schema", TD_JSONX_JSON, td_text(schema), err);

    if (!code)
        code = schema_set_add(set, &text, 0, &root, err);
    if (!code)
        code = judge(set, root, payloads, err);
    schema_set_free(set);
    td_jsonx_release(&text);
    return code;
}

int main(int argc, char **argv)
{
    struct td_error err = {0};

    if (argc == 2 && !record(argv[1], &err) && !print_prices(argv[1], &err) &&
        !judge_prices(&err))
        return EXIT_SUCCESS;
    (void)fprintf(stderr, "%s: %s\n", err.where, err.text);
    return EXIT_FAILURE;
}
