/* Any lines as the messages of two tapes: profiled apart and as one, and a
 * contract learned of them that compiles. What is counted is what came.
 */
#include "validator/audit/remark.h"
#include "validator/compat/compat.h"
#include "validator/learn/write.h"

#include "core/jsonx.h"
#include "core/payload.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The lines, half of them on each tape. */
static uint64_t add_lines(struct audit_profile *profile, struct td_bytes text,
                          uint32_t tapes)
{
    uint64_t count = 0;

    while (text.len) {
        const uint8_t *end = memchr(text.ptr, '\n', text.len);
        size_t len = end ? (size_t)(end - text.ptr) : text.len;
        struct audit_message m = {
            .place = {(uint32_t)(count % tapes), count + 1},
            .payload = td_bytes(text.ptr, len)};

        if (!td_payload_is_blank(m.payload)) {
            audit_profile_add(profile, &m);
            count++;
        }
        len += end != NULL;
        text = td_bytes(text.ptr + len, text.len - len);
    }
    return count;
}

static void remark(const struct audit_profile *profile,
                   const struct audit_profile *old)
{
    struct audit_tape list[2] = {{.path = "a"}, {.path = "b"}};
    const struct audit_tapes tapes = {list, 2};
    struct audit_remarks remarks = {.len = 0};

    audit_remark(
        &remarks,
        &(struct audit_sides){.profile = profile, .tapes = &tapes, .old = old});
    audit_remarks_release(&remarks);
}

/* What proves that two sides do not agree is a message of one of them; with
 * itself each agrees.
 */
static void compare(const struct audit_profile *old,
                    const struct audit_profile *now)
{
    const struct compat_side sides[2] = {{.profile = old}, {.profile = now}};
    struct compat compat = {.backward = {0}};
    struct td_error err = {0};

    if (compat_judge(&compat, &sides[0], &sides[1], &err))
        abort();
    compat_release(&compat);
    if (compat_judge(&compat, &sides[1], &sides[1], &err) ||
        strcmp(compat_class(&compat), "full") != 0)
        abort();
    compat_release(&compat);
}

/* What is learned without a second look is a document at least. */
static void learn(struct audit_profile *profile)
{
    const char *where = learn_data_of(profile);
    struct learn_mine *mine = learn_mine_new(profile, where);
    struct td_jsonx doc = {0};
    struct td_error err = {0};
    struct td_buf out = {0};

    learn_write(&out, &(struct learn_writing){
                          .profile = profile, .mine = mine, .data = where});
    if (td_jsonx_parse(&doc, "learned", TD_JSONX_YAML, td_buf_bytes(&out),
                       &err) == TD_USAGE)
        abort();
    td_jsonx_release(&doc);
    td_buf_release(&out);
    learn_mine_free(mine);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct audit_profile *one = audit_profile_new(NULL);
    struct audit_profile *two = audit_profile_new(NULL);
    uint64_t count = add_lines(one, td_bytes(data, size), 1);

    if (add_lines(two, td_bytes(data, size), 2) != count)
        abort();
    audit_profile_merge(two, one);
    audit_profile_free(one);
    one = audit_profile_new(NULL);
    (void)add_lines(one, td_bytes(data, size / 2), 2);
    audit_profile_close(one);
    audit_profile_close(two);
    if (audit_profile_messages(two) != 2 * count)
        abort();
    remark(two, one);
    compare(one, two);
    learn(two);
    audit_profile_free(one);
    audit_profile_free(two);
    return 0;
}
