#include "tape/detect.h"

#include "core/utf8.h"
#include "tape/deflate.h"
#include "tape/line.h"
#include "tape/member.h"

#include <string.h>

#define ENOUGH   8    /* bytes of text: {"tape": */
#define HEAD_MAX 4096 /* bytes of a gzip header that are looked at */

bool tape_is_gzip(struct td_bytes data)
{
    return data.len >= 2 && data.ptr[0] == 0x1f && data.ptr[1] == 0x8b;
}

bool tape_is_named(const char *path)
{
    size_t len = strlen(path);

    return (len > 8 && !strcmp(path + len - 8, ".tape.gz")) ||
           (len > 5 && !strcmp(path + len - 5, ".tape"));
}

enum td_code tape_refuse_empty(const char *path, const char *what,
                               struct td_error *err)
{
    (void)td_error_set(err, TD_FORMAT, path, 0, "is empty: nothing to %s",
                       what);
    return td_error_hint(err, "look at what should have written it");
}

/* The first bytes of text behind a gzip header. */
static void inflate_head(struct td_bytes data, struct td_buf *text)
{
    struct tape_gunzip *gunzip = tape_gunzip_new();
    size_t used = 0;

    (void)tape_gunzip_add(gunzip, data, text, ENOUGH, &used);
    tape_gunzip_free(gunzip);
}

/* True if data says whether it is a tape, in *tape. */
static bool decide(struct td_bytes data, bool *tape)
{
    struct td_buf text = {.max = ENOUGH};
    struct td_bytes plain = td_utf8_unmarked(data);
    bool decided;

    if (data.len < 2)
        return false;
    if (tape_is_gzip(data))
        inflate_head(data, &text);
    else
        (void)td_buf_add(&text, plain.ptr,
                         plain.len < ENOUGH ? plain.len : ENOUGH);
    *tape = tape_line_kind(td_buf_bytes(&text)) == TAPE_LINE_HEADER ||
            tape_signature_find(data) == 0;
    decided = *tape || text.len == ENOUGH || data.len >= HEAD_MAX;
    td_buf_release(&text);
    return decided;
}

bool tape_sniff(struct tape_input *in)
{
    bool tape = false;
    size_t need = 1;

    for (;;) {
        struct td_bytes data = tape_input_at(in, 0, need);

        if (decide(data, &tape) || data.len < need)
            return tape;
        need = data.len + 1;
    }
}
