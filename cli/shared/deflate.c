#include "cli/shared/deflate.h"

#include "tape/deflate.h"

/* The compressor that tapes have: a tenth of the instructions of zlib's level 6
 * for a page that is 1 % larger.
 */
#define LEVEL 0

enum td_code cli_deflate(struct td_buf *out, struct td_bytes text)
{
    struct tape_deflate *deflate = tape_deflate_new(LEVEL);
    enum td_code code;

    tape_deflate_begin(deflate, false);
    code = tape_deflate_add(deflate, out, text, true);
    tape_deflate_free(deflate);
    return code;
}
