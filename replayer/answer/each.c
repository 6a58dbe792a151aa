#include "replayer/answer/each.h"

enum td_code play_each_event(const char *path, struct play_each each,
                             struct tape_state *state, struct td_error *err)
{
    const struct tape_read_options how = {.threads = 1};
    struct tape_reader *reader = NULL;
    struct td_event ev;
    enum td_code code = tape_reader_open(&reader, path, &how, err);

    if (code)
        return code;
    if (each.header)
        each.header(each.self, tape_reader_header(reader));
    while (!code) {
        code = tape_reader_next(reader, &ev, err);
        if (!code)
            code = each.event(each.self, &ev, err);
    }
    *state = tape_reader_state(reader);
    tape_reader_close(reader);
    return code == TD_END ? TD_OK : code;
}
