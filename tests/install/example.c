/* A program of somebody else: it sees only what was installed. Writes a tape,
 * reads it back, and prints one value of its payload.
 */
#include <core/json.h>
#include <tape/reader.h>
#include <tape/writer.h>

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

int main(int argc, char **argv)
{
    struct td_error err = {0};

    if (argc == 2 && !record(argv[1], &err) && !print_prices(argv[1], &err))
        return EXIT_SUCCESS;
    (void)fprintf(stderr, "%s: %s\n", err.where, err.text);
    return EXIT_FAILURE;
}
