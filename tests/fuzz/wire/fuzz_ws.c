/* Any bytes are understood the same, however they are cut into pieces. The
 * first byte chooses the role and the size of the pieces.
 */
#include "wire/ws/frame.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void understand(struct td_buf *log, enum ws_role role,
                       struct td_bytes all, size_t chunk)
{
    struct ws_decoder decoder;
    enum td_code code = TD_AGAIN;

    ws_decoder_init(&decoder, role, 3000);
    while (all.len > 0 && code == TD_AGAIN) {
        struct td_bytes in =
            td_bytes(all.ptr, all.len < chunk ? all.len : chunk);
        struct ws_message message;

        all.ptr += in.len;
        all.len -= in.len;
        while ((code = ws_next(&decoder, &in, &message, NULL)) == TD_OK) {
            td_buf_addf(log, "<%d %u>", (int)message.opcode, message.code);
            td_buf_add_bytes(log, message.payload);
        }
        if (code == TD_AGAIN && in.len > 0)
            abort();
    }
    td_buf_addf(log, "!%d %u", (int)code, decoder.close_code);
    ws_decoder_release(&decoder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct td_buf whole = {0};
    struct td_buf pieces = {0};
    enum ws_role role;

    if (size == 0)
        return 0;
    role = *data & 1 ? WS_SERVER : WS_CLIENT;
    understand(&whole, role, td_bytes(data + 1, size - 1), size);
    understand(&pieces, role, td_bytes(data + 1, size - 1),
               (size_t)(*data >> 1) % 16 + 1);
    if (!td_bytes_equal(td_buf_bytes(&whole), td_buf_bytes(&pieces)))
        abort();
    td_buf_release(&whole);
    td_buf_release(&pieces);
    return 0;
}
