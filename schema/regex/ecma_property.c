#include "schema/regex/ecma_internal.h"

#include "schema/value/chars.h"

#include <stdio.h>

#define LEN(a)   (sizeof(a) / sizeof((a)[0]))
#define NAME_MAX 44 /* PCRE2 takes 48 bytes, and "scx:" comes before it */

/* Long names of general categories; PCRE2 knows the short ones only. */
static const struct {
    const char *name;
    const char *pcre;
} categories[] = {
    {"Cased_Letter", "LC"},
    {"Close_Punctuation", "Pe"},
    {"Combining_Mark", "M"},
    {"Connector_Punctuation", "Pc"},
    {"Control", "Cc"},
    {"Currency_Symbol", "Sc"},
    {"Dash_Punctuation", "Pd"},
    {"Decimal_Number", "Nd"},
    {"Enclosing_Mark", "Me"},
    {"Final_Punctuation", "Pf"},
    {"Format", "Cf"},
    {"Initial_Punctuation", "Pi"},
    {"Letter", "L"},
    {"Letter_Number", "Nl"},
    {"Line_Separator", "Zl"},
    {"Lowercase_Letter", "Ll"},
    {"Mark", "M"},
    {"Math_Symbol", "Sm"},
    {"Modifier_Letter", "Lm"},
    {"Modifier_Symbol", "Sk"},
    {"Nonspacing_Mark", "Mn"},
    {"Number", "N"},
    {"Open_Punctuation", "Ps"},
    {"Other", "C"},
    {"Other_Letter", "Lo"},
    {"Other_Number", "No"},
    {"Other_Punctuation", "Po"},
    {"Other_Symbol", "So"},
    {"Paragraph_Separator", "Zp"},
    {"Private_Use", "Co"},
    {"Punctuation", "P"},
    {"Separator", "Z"},
    {"Space_Separator", "Zs"},
    {"Spacing_Mark", "Mc"},
    {"Surrogate", "Cs"},
    {"Symbol", "S"},
    {"Titlecase_Letter", "Lt"},
    {"Unassigned", "Cn"},
    {"Uppercase_Letter", "Lu"},
    {"cntrl", "Cc"},
    {"digit", "Nd"},
    {"punct", "P"},
};

static const char short_categories[] =
    " L LC Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po S Sm Sc "
    "Sk So Z Zs Zl Zp C Cc Cf Cs Co Cn ";

/* Binary properties (table 67 of ECMA-262) that PCRE2 knows by the same name;
 * those missing are about a mapping, not a character.
 */
static const char binary[] =
    " ASCII ASCII_Hex_Digit AHex Alphabetic Alpha Any Bidi_Control Bidi_C "
    "Bidi_Mirrored Bidi_M Case_Ignorable CI Cased Changes_When_Casefolded CWCF "
    "Changes_When_Casemapped CWCM Changes_When_Lowercased CWL "
    "Changes_When_Titlecased CWT Changes_When_Uppercased CWU Dash "
    "Default_Ignorable_Code_Point DI Deprecated Dep Diacritic Dia Emoji "
    "Emoji_Component EComp Emoji_Modifier EMod Emoji_Modifier_Base EBase "
    "Emoji_Presentation EPres Extended_Pictographic ExtPict Extender Ext "
    "Grapheme_Base Gr_Base Grapheme_Extend Gr_Ext Hex_Digit Hex "
    "IDS_Binary_Operator IDSB IDS_Trinary_Operator IDST ID_Continue IDC "
    "ID_Start IDS Ideographic Ideo Join_Control Join_C "
    "Logical_Order_Exception LOE Lowercase Lower Math "
    "Noncharacter_Code_Point NChar Pattern_Syntax Pat_Syn "
    "Pattern_White_Space Pat_WS Quotation_Mark QMark Radical "
    "Regional_Indicator RI Sentence_Terminal STerm Soft_Dotted SD "
    "Terminal_Punctuation Term Unified_Ideograph UIdeo Uppercase Upper "
    "Variation_Selector VS White_Space space XID_Continue XIDC XID_Start "
    "XIDS ";

/* Whether name is one of the words in a list with blanks around each. */
static bool is_listed(struct td_bytes name, const char *list)
{
    char word[NAME_MAX + 3];

    (void)snprintf(word, sizeof(word), " %.*s ", (int)name.len,
                   (const char *)name.ptr);
    return name.len > 0 && strstr(list, word);
}

static bool put_category(struct td_buf *out, struct td_bytes name)
{
    for (size_t i = 0; i < LEN(categories); i++) {
        if (td_bytes_is(name, categories[i].name)) {
            (void)td_buf_add_text(out, categories[i].pcre);
            return true;
        }
    }
    (void)td_buf_add_bytes(out, name);
    return is_listed(name, short_categories);
}

/* Take the letters, digits and underscores of a name. */
static struct td_bytes read_name(struct schema_ecma *e)
{
    size_t n = 0;

    while (n < e->rest.len &&
           (schema_is_alpha(e->rest.ptr[n]) ||
            schema_is_digit(e->rest.ptr[n]) || e->rest.ptr[n] == '_'))
        n++;
    return schema_cut(&e->rest, n);
}

static bool is_one_of(struct td_bytes name, const char *a, const char *b)
{
    return td_bytes_is(name, a) || td_bytes_is(name, b);
}

/* What stands between the braces. */
static bool put_property(struct td_buf *out, struct td_bytes name,
                         struct td_bytes value)
{
    if (value.len == 0) {
        if (!is_listed(name, binary))
            return put_category(out, name);
        (void)td_buf_add_bytes(out, name);
        return true;
    }
    if (is_one_of(name, "General_Category", "gc"))
        return put_category(out, value);
    if (is_one_of(name, "Script", "sc"))
        (void)td_buf_add_text(out, "sc:");
    else if (is_one_of(name, "Script_Extensions", "scx"))
        (void)td_buf_add_text(out, "scx:");
    else
        return false;
    (void)td_buf_add_bytes(out, value);
    return true;
}

bool schema_ecma_property(struct schema_ecma *e, bool negate)
{
    const uint8_t *at = e->rest.ptr - 2;
    struct td_bytes name = {0};
    struct td_bytes value = {0};
    bool closed = false;

    if (schema_ecma_skip(e, "{")) {
        name = read_name(e);
        if (schema_ecma_skip(e, "="))
            value = read_name(e);
        closed = schema_ecma_skip(e, "}");
    }
    if (!closed)
        return schema_ecma_fail(e, at,
                                "\\p and \\P want a property such as {Letter} "
                                "or {Script=Greek}");
    if (td_bytes_is(name, "Assigned") && value.len == 0) {
        name = td_text("Cn");
        negate = !negate;
    }
    (void)td_buf_add_text(e->out, negate ? "\\P{" : "\\p{");
    if (name.len > NAME_MAX || value.len > NAME_MAX ||
        !put_property(e->out, name, value))
        return schema_ecma_fail(
            e, at, "there is no property \"%.*s\"",
            (int)(name.len < NAME_MAX ? name.len : NAME_MAX),
            (const char *)name.ptr);
    (void)td_buf_add_byte(e->out, '}');
    return true;
}
