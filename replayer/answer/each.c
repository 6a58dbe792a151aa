#include "replayer/answer/each.h"

#include "tape/damage.h"

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

enum td_code play_each_none(const char *path, const struct tape_state *state,
                            const char *what, const char *hint,
                            struct td_error *err)
{
    struct td_buf damage = {0};

    if (state->torn)
        (void)td_buf_add_text(&damage, "torn");
    tape_damage_say(&damage, 0, state);
    if (damage.len) {
        (void)td_error_set(err, TD_LOSSY, path,
                           state->torn_at == TAPE_NO_DAMAGE ? 0
                                                            : state->torn_at,
                           "%s any more: %s", what, td_buf_str(&damage));
        hint = "what is left is shown by `tapedeck cat`; record it again";
    } else {
        (void)td_error_set(err, TD_USAGE, path, 0, "%s", what);
    }
    td_buf_release(&damage);
    return td_error_hint(err, "%s", hint);
}
