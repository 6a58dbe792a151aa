#include "schema/format/format_internal.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <idn2.h>
#include <pcre2.h>
#include <pthread.h>
#include <stdio.h>

#define LABEL_MAX 63  /* bytes of an A-label */
#define INPUT_MAX 252 /* bytes of a U-label whose characters take four each */

static bool is_a_label(const char *label)
{
    return !strncmp(label, "xn--", 4);
}

/* The A-label of a U-label; "" if it has none. */
static void to_a_label(const char *label, bool compose, char out[LABEL_MAX + 1])
{
    uint8_t *made = NULL;
    int code = idn2_register_u8((const uint8_t *)label, NULL, &made,
                                compose ? IDN2_NFC_INPUT : 0);

    out[0] = '\0';
    if (code == IDN2_OK && made && is_a_label((const char *)made))
        (void)snprintf(out, LABEL_MAX + 1, "%s", (const char *)made);
    idn2_free(made);
}

/* Decode an A-label; NULL unless encoding it again gives the same (RFC 5891
 * section 5.4). Free with idn2_free().
 */
static char *to_u_label(const char *label)
{
    char again[LABEL_MAX + 1] = "";
    char *made = NULL;

    if (idn2_to_unicode_8z8z(label, &made, 0) == IDN2_OK)
        to_a_label(made, false, again);
    if (!strcmp(again, label))
        return made;
    idn2_free(made);
    return NULL;
}

/* Hyphens at an end are no business of A-labels, and not looked for by libidn2.
 */
static size_t add_u_label(const char *label, bool compose, struct td_buf *out)
{
    char a_label[LABEL_MAX + 1];

    if (label[0] == '-' || label[strlen(label) - 1] == '-')
        return 0;
    to_a_label(label, compose, a_label);
    (void)td_buf_add_text(out, label);
    return strlen(a_label);
}

static size_t add_a_label(const char *label, struct td_buf *out)
{
    char *u_label = to_u_label(label);

    if (!u_label)
        return 0;
    (void)td_buf_add_text(out, u_label);
    idn2_free(u_label);
    return strlen(label);
}

size_t schema_idn_label(struct td_bytes label, bool compose, struct td_buf *out)
{
    char copy[INPUT_MAX + 1];
    bool ascii = true;

    if (label.len == 0 || label.len > INPUT_MAX ||
        memchr(label.ptr, 0, label.len))
        return 0;
    for (size_t i = 0; i < label.len; i++) {
        uint8_t c = label.ptr[i];

        ascii &= c < 0x80;
        copy[i] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
    }
    copy[label.len] = '\0';
    if (ascii)
        return label.len <= LABEL_MAX ? add_a_label(copy, out) : 0;
    memcpy(copy, label.ptr, label.len);
    return add_u_label(copy, compose, out);
}

/* Blocks that hold letters and digits written from right to left. */
static bool may_be_right_to_left(uint32_t c)
{
    return (c >= 0x590 && c <= 0x8ff) || (c >= 0xfb1d && c <= 0xfdff) ||
           (c >= 0xfe70 && c <= 0xfeff) || (c >= 0x10800 && c <= 0x10fff) ||
           (c >= 0x1e800 && c <= 0x1efff);
}

#define BC(class)  "\\p{bc:" class "}"
#define NEUTRAL    BC("ES") BC("CS") BC("ET") BC("ON") BC("BN") BC("NSM")
#define RTL_LETTER BC("R") BC("AL")
#define DIGITS     BC("EN") BC("AN")
/* Rules 1 to 4 for a label from right to left, 1, 5 and 6 for one from left to
 * right; the last alternative is a name with nothing from right to left in it.
 */
static const char bidi_rule[] = "(?(DEFINE)(?<rtl>(?![^.]*" BC("EN") "[^.]*" BC(
    "AN") ")"
          "(?![^.]*" BC("AN") "[^.]*" BC(
              "EN") ")"
                    "(?=[" RTL_LETTER "])[" RTL_LETTER DIGITS NEUTRAL "]*"
                    "(?<=[" RTL_LETTER DIGITS
                    "])" BC("NSM") "*+(?![^.]))"
                                   "(?<ltr>(?=" BC("L") ")[" BC("L") BC("EN")
                                       NEUTRAL
    "]*"
    "(?<=[" BC("L") BC("EN") "])" BC(
        "NSM") "*+(?![^.])))"
               "\\A(?:(?:(?:(?&rtl)|(?&ltr))(?:\\.(?!\\z)|\\z))+"
               "|[^" RTL_LETTER BC("AN") "]*)\\z";

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pcre2_code *bidi; /* made once, and read by all threads */

static void compile_bidi(void)
{
    PCRE2_SIZE at;
    int number;

    bidi = pcre2_compile((PCRE2_SPTR)bidi_rule, PCRE2_ZERO_TERMINATED,
                         PCRE2_UTF, &number, &at, NULL);
}

bool schema_idn_bidi(struct td_bytes name)
{
    bool plain = true;
    struct td_bytes rest = name;
    pcre2_match_data *data;
    int got;

    while (plain && rest.len > 0)
        plain = !may_be_right_to_left(schema_next_char(&rest));
    if (plain)
        return true;
    (void)pthread_once(&once, compile_bidi);
    data = pcre2_match_data_create_from_pattern(bidi, NULL);
    got = pcre2_match(bidi, name.ptr, name.len, 0, 0, data, NULL);
    pcre2_match_data_free(data);
    return got > 0;
}
