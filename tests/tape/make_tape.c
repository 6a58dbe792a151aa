/* td_make_tape FILE COUNT: a tape with COUNT events (0 = until it is killed) of
 * all forms, written as a recorder does, on two threads. Prints the number of
 * events each time a flush has come back.
 */
#include "tape/writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define FLUSH_EVERY 997

static struct td_event event(uint64_t n)
{
    static const char *const payloads[] = {
        "{\"n\":1.10,\"\\ud83d\\ude00\":\"\xe2\x80\xa8\"}", "[1,\n2]",
        ("\xff\x00"
         "bytes"),
        "\"plain\""};
    static const size_t lens[] = {31, 6, 7, 7};
    static const enum td_form forms[] = {TD_FORM_JSON, TD_FORM_TEXT,
                                         TD_FORM_BYTES, TD_FORM_JSON};
    static const char *const names[] = {"a", "b\\n", "", "c"};

    return (struct td_event){
        .at_ns = n * 1000,
        .conn = 1,
        .dir = n % 3 ? TD_DIR_OUT : TD_DIR_IN,
        .form = forms[n % 4],
        .name = td_text(names[n % 4]),
        .payload = td_bytes(payloads[n % 4], lens[n % 4]),
    };
}

int main(int argc, char **argv)
{
    struct tape_options options = {.id = "made", .start_wall_ns = 1};
    struct tape_writer *writer;
    struct td_error err = {0};
    uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
    enum td_code code;

    if (argc < 3)
        return 2;
    code = tape_writer_open(&writer, argv[1], &options, &err);
    for (uint64_t n = 1; !code && (count == 0 || n <= count); n++) {
        struct td_event ev = event(n);

        code = tape_writer_put(writer, &ev, &err);
        if (!code && n % FLUSH_EVERY == 0) {
            code = tape_writer_flush(writer, &err);
            (void)printf("%" PRIu64 "\n", n);
            (void)fflush(stdout);
        }
    }
    if (!code)
        code = tape_writer_close(writer, TAPE_END_CLEAN, NULL, &err);
    if (code)
        (void)fprintf(stderr, "%s: %s\n", err.where, err.text);
    return td_code_exit_status(code);
}
