/* Any lines as the state of an audit: refused with a line's number, or taken;
 * what was taken can be written, read again, and put beside itself.
 */
#include "validator/audit/remark.h"
#include "validator/audit/state.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum td_code take_all(struct audit_profile *profile,
                             struct audit_tapes *tapes, struct td_bytes text)
{
    struct audit_state_reader *r = audit_state_begin(profile, tapes);
    struct td_error err = {0};
    enum td_code code = TD_OK;

    while (text.len && !code) {
        const uint8_t *end = memchr(text.ptr, '\n', text.len);
        size_t len = end ? (size_t)(end - text.ptr) : text.len;

        code = audit_state_take(r, td_bytes(text.ptr, len), &err);
        len += end != NULL;
        text = td_bytes(text.ptr + len, text.len - len);
    }
    code = audit_state_end(r, code, &err);
    audit_profile_close(profile);
    if (code && code != TD_FORMAT && code != TD_LIMIT)
        abort();
    return code;
}

static void put_beside(const struct audit_profile *profile,
                       const struct audit_profile *old,
                       const struct audit_tapes *tapes)
{
    struct audit_remarks remarks = {.len = 0};

    audit_remark(&remarks, &(struct audit_sides){
                               .profile = profile, .tapes = tapes, .old = old});
    audit_remarks_release(&remarks);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct audit_profile *one = audit_profile_new(NULL);
    struct audit_profile *two = audit_profile_new(NULL);
    struct audit_tapes tapes[2] = {{.len = 0}, {.len = 0}};
    struct td_buf out = {0};

    if (take_all(one, &tapes[0], td_bytes(data, size)) == TD_OK) {
        audit_state_write(&out, one, &tapes[0]);
        if (take_all(two, &tapes[1], td_buf_bytes(&out)))
            abort();
        put_beside(one, two, &tapes[0]);
    }
    td_buf_release(&out);
    audit_profile_free(one);
    audit_profile_free(two);
    audit_tapes_release(&tapes[0]);
    audit_tapes_release(&tapes[1]);
    return 0;
}
