#include "console/text/text.h"

/* In the order of enum text_sign: with UTF-8, and without. */
static const char *const signs[][2] = {
    {"✓", "ok"},  {"✗", "x"},   {"▶", ">"}, {"↻", "~"},   {"·", "."},
    {"?", "?"},   {"…", "..."}, {"█", "#"}, {"░", "-"},   {"─", "-"},
    {"├─", "+-"}, {"└─", "`-"}, {"│", "|"}, {"❚❚", "||"}, {"■", "="},
};

const char *text_sign(const struct text_style *style, enum text_sign sign)
{
    return signs[sign][style->utf8 ? 0 : 1];
}
