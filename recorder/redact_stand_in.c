/* What stands on a tape for a value that a rule names. */
#include "core/digest.h"
#include "core/fs.h"
#include "recorder/redact_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

#define KEY_MIN 16 /* bytes */
#define KEY_MAX 4096

/* Where a name in the rules leads: from the home, or from their folder. */
static void resolve(struct td_buf *out, const char *name, const char *rules)
{
    const char *slash = strrchr(rules, '/');
    const char *home = getenv("HOME");

    if (name[0] == '~' && name[1] == '/' && home) {
        (void)td_buf_addf(out, "%s/%s", home, name + 2);
        return;
    }
    if (name[0] != '/' && slash)
        (void)td_buf_add(out, rules, (size_t)(slash + 1 - rules));
    (void)td_buf_add_text(out, name);
}

static enum td_code check_key(const char *file, size_t len,
                              struct td_error *err)
{
    struct stat st;

    if (len < KEY_MIN) {
        (void)td_error_set(err, TD_USAGE, file, 0,
                           "the key \"%.128s\" has %zu bytes", file, len);
        return td_error_hint(err, "the least is %d: head -c 32 /dev/urandom",
                             KEY_MIN);
    }
    if (stat(file, &st) == 0 && st.st_mode & (S_IRWXG | S_IRWXO)) {
        (void)td_error_set(err, TD_USAGE, file, 0,
                           "others may read the key \"%.128s\"", file);
        return td_error_hint(err, "chmod 600 %.128s", file);
    }
    return TD_OK;
}

enum td_code redact_key_read(struct td_buf *secret, const char *name,
                             const char *path, struct td_error *err)
{
    struct td_buf file = {0};
    struct td_error why = {0};
    enum td_code code;

    resolve(&file, name, path);
    td_buf_init(secret, KEY_MAX);
    code = td_fs_read(secret, td_buf_str(&file), &why);
    if (code == TD_LIMIT)
        code = td_error_set(err, TD_USAGE, path, 0,
                            "the key \"%.128s\" is longer than %d bytes",
                            td_buf_str(&file), KEY_MAX);
    else if (code) {
        (void)td_error_set(err, code, path, 0, "the key \"%.128s\": %s",
                           td_buf_str(&file), why.text);
        code = td_error_hint(err, "%s", why.hint);
    } else {
        code = check_key(td_buf_str(&file), secret->len, err);
    }
    td_buf_release(&file);
    return code;
}

/* However a string is escaped, it is one value. */
static struct td_bytes meant(struct rec_redact *redact, uint32_t i)
{
    const struct td_json_value *v = &redact->doc.values[i];

    if (v->kind != TD_JSON_STRING)
        return td_json_raw(&redact->doc, i);
    td_buf_clear(&redact->stand_in);
    (void)td_json_unescape(&redact->stand_in, td_json_inner(&redact->doc, i));
    return td_buf_bytes(&redact->stand_in);
}

#define PSEUDONYM "[pseudonym "
#define DIGITS    16

/* Bytes of the pseudonym at the start of text, or 0. */
static size_t pseudonym_len(struct td_bytes text)
{
    size_t len = strlen(PSEUDONYM);

    if (text.len < len + DIGITS + 1 || memcmp(text.ptr, PSEUDONYM, len) != 0 ||
        text.ptr[len + DIGITS] != ']')
        return 0;
    for (size_t i = len; i < len + DIGITS; i++)
        if (!memchr("0123456789abcdef", text.ptr[i], 16))
            return 0;
    return len + DIGITS + 1;
}

bool redact_is_stand_in(struct td_bytes inner)
{
    return td_bytes_is(inner, REC_REDACTED) ||
           td_bytes_is(inner, REC_WITHHELD) ||
           td_bytes_is(inner, REDACT_WITHHELD_B64) ||
           (inner.len > 0 && pseudonym_len(inner) == inner.len);
}

bool redact_is_stand_ins(struct td_bytes inner)
{
    size_t mark = strlen(REC_REDACTED);
    size_t at = 0;

    while (at < inner.len) {
        struct td_bytes rest = td_bytes(inner.ptr + at, inner.len - at);
        size_t len = pseudonym_len(rest);

        if (!len && rest.len >= mark && !memcmp(rest.ptr, REC_REDACTED, mark))
            len = mark;
        if (!len)
            return false;
        at += len;
    }
    return inner.len > 0;
}

uint64_t redact_name(const struct rec_rule *rule, struct td_bytes value)
{
    uint8_t digest[TD_SHA256_LEN];
    uint64_t name = 0;

    td_hmac_sha256(digest, td_buf_bytes(&rule->secret), value);
    for (size_t at = 0; at < sizeof(name); at++)
        name = name << 8 | digest[at];
    return name;
}

void redact_name_put(struct td_buf *out, uint64_t name)
{
    (void)td_buf_addf(out, PSEUDONYM "%0*" PRIx64 "]", DIGITS, name);
}

struct td_bytes redact_stand_in(struct rec_redact *redact,
                                const struct rec_rule *rule, uint32_t i)
{
    uint64_t name;

    if (!rule || rule->secret.len == 0)
        return td_text(REC_REDACTED);
    name = redact_name(rule, meant(redact, i));
    td_buf_clear(&redact->stand_in);
    redact_name_put(&redact->stand_in, name);
    return td_buf_bytes(&redact->stand_in);
}
