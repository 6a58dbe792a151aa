#include "validator/audit/alike.h"

#include "core/suggest.h"

#include <string.h>

#define TOKENS_MAX 8

struct tokens {
    struct td_bytes list[TOKENS_MAX];
    uint32_t len;
    char text[128];
};

static bool is_large(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || is_large(c) ||
           (c & 0x80);
}

/* One more word, without the s of the plural. */
static void add_token(struct tokens *t, size_t start, size_t end)
{
    if (end - start > 3 && t->text[end - 1] == 's')
        end--;
    if (end > start && t->len < TOKENS_MAX)
        t->list[t->len++] = td_bytes(t->text + start, end - start);
}

/* A large letter behind a small one begins a word. */
static bool begins_word(const char *name, size_t at)
{
    return is_large(name[at]) && !is_large(name[at - 1]);
}

/* Words of a name, in small letters. */
static void split(struct tokens *t, const char *name)
{
    size_t len = strnlen(name, sizeof(t->text) - 1);
    size_t start = 0;

    t->len = 0;
    for (size_t i = 0; i < len; i++) {
        if (i > start && (!is_letter(name[i]) || begins_word(name, i))) {
            add_token(t, start, i);
            start = i;
        }
        if (!is_letter(name[i]))
            start = i + 1;
        t->text[i] = is_large(name[i]) ? (char)(name[i] + 'a' - 'A') : name[i];
    }
    add_token(t, start, len);
}

static bool is_near(struct td_bytes a, struct td_bytes b)
{
    size_t most = a.len > b.len ? a.len : b.len;

    return td_bytes_equal(a, b) ||
           (most >= 4 && td_word_distance(a, b) * 4 <= most);
}

static unsigned common(const struct tokens *a, const struct tokens *b)
{
    unsigned sum = 0;

    for (uint32_t i = 0; i < a->len; i++) {
        uint32_t j = 0;

        while (j < b->len && !is_near(a->list[i], b->list[j]))
            j++;
        sum += j < b->len;
    }
    return sum;
}

/* How near two names are by their words, 0 to 100: "size" and "sizeBytes". */
static unsigned names_alike(const char *a, const char *b)
{
    struct tokens x;
    struct tokens y;
    unsigned both;
    unsigned most;
    unsigned least;

    split(&x, a);
    split(&y, b);
    most = x.len > y.len ? x.len : y.len;
    least = x.len < y.len ? x.len : y.len;
    both = common(&x, &y);
    if (!least)
        return 0;
    /* One name is within the other: it was made longer. */
    if (both >= least)
        return 70 + 30 * least / most;
    return 100 * both / most;
}

bool audit_types_meet(const struct audit_node *a, const struct audit_node *b)
{
    bool numbers[2] = {
        a->types[AUDIT_INTEGER].count || a->types[AUDIT_NUMBER].count,
        b->types[AUDIT_INTEGER].count || b->types[AUDIT_NUMBER].count};

    for (int i = 0; i < AUDIT_TYPES_LEN; i++) {
        if (i != AUDIT_NULL && a->types[i].count && b->types[i].count)
            return true;
    }
    return numbers[0] && numbers[1];
}

static bool have_word(const struct audit_values *values,
                      const struct audit_word *word)
{
    for (uint32_t i = 0; i < values->words_len; i++) {
        if (values->words[i].print == word->print)
            return true;
    }
    return false;
}

static unsigned words_alike(const struct audit_values *a,
                            const struct audit_values *b)
{
    uint32_t most = a->words_len > b->words_len ? a->words_len : b->words_len;
    uint32_t both = 0;

    for (uint32_t i = 0; i < a->words_len; i++)
        both += have_word(b, &a->words[i]);
    return most ? 100 * both / most : 0;
}

static unsigned children_alike(const struct audit_node *a,
                               const struct audit_node *b)
{
    uint32_t most = a->members > b->members ? a->members : b->members;
    uint32_t both = 0;

    for (const struct audit_node *c = a->children; c; c = c->next)
        both += audit_node_child(b, c->name) != NULL;
    return most ? 100 * both / most : 0;
}

static bool numbers_meet(const struct audit_values *a,
                         const struct audit_values *b)
{
    return a->numbers && b->numbers && a->min <= b->max && b->min <= a->max;
}

/* By what was seen, 0 to 100. */
static unsigned values_alike(const struct audit_node *a,
                             const struct audit_node *b)
{
    const struct audit_values *x = &a->values;
    const struct audit_values *y = &b->values;
    const char *format = audit_values_format(x);
    unsigned sum = 40;
    unsigned words = words_alike(x, y);

    if (a->children && b->children)
        return children_alike(a, b);
    if (words > 50)
        return 100;
    if (numbers_meet(x, y))
        sum += 30;
    if (format && audit_values_format(y) == format)
        sum += 40;
    return sum + words / 2 > 100 ? 100 : sum + words / 2;
}

unsigned audit_nodes_alike(const struct audit_node *a,
                           const struct audit_node *b)
{
    unsigned names;
    unsigned values;

    if (!audit_types_meet(a, b))
        return 0;
    names = names_alike(a->name, b->name);
    values = values_alike(a, b);
    if (!names)
        return values == 100 && (a->values.strings || a->values.words_len > 2)
                   ? AUDIT_ALIKE
                   : 0;
    return (names * 6 + values * 4) / 10;
}
