/* Socket.IO packets from a peer: what is read is given back byte for byte. The
 * input is messages behind one byte each of length; the top bit = binary.
 */
#include "core/json.h"
#include "wire/sio/packet.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct td_event *ev, struct td_bytes packet)
{
    struct td_buf again = {0};
    size_t attachments;

    if (sio_encode(&again, &attachments, ev, NULL) != TD_OK)
        abort();
    if (packet.ptr && !td_bytes_equal(td_buf_bytes(&again), packet))
        abort();
    for (size_t i = 0; i < attachments; i++)
        if (sio_attachment(&again, ev, i, NULL) != TD_OK)
            abort();
    if (ev->form == TD_FORM_JSON && !td_json_fits_line(ev->payload))
        abort();
    td_buf_release(&again);
}

static void read_one(const uint8_t *data, size_t size)
{
    struct sio_decoder *decoder = sio_decoder_new(4096);
    struct td_event ev;
    enum sio_type type;

    if (sio_decode(decoder, td_bytes(data, size), false, &type, &ev, NULL) ==
        TD_OK)
        check(&ev, td_bytes(data, size));
    sio_decoder_free(decoder);
}

static void read_many(const uint8_t *data, size_t size)
{
    struct sio_decoder *decoder = sio_decoder_new(4096);
    enum td_code code = TD_OK;

    while (size > 0 && (code == TD_OK || code == TD_AGAIN)) {
        size_t len = data[0] & 0x7f;
        bool binary = data[0] & 0x80;
        struct td_event ev;
        enum sio_type type;

        data++;
        size--;
        len = len < size ? len : size;
        code =
            sio_decode(decoder, td_bytes(data, len), binary, &type, &ev, NULL);
        if (code == TD_OK)
            check(&ev, td_bytes(NULL, 0));
        data += len;
        size -= len;
    }
    sio_decoder_free(decoder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_one(data, size);
    read_many(data, size);
    return 0;
}
