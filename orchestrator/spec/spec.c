#include "orchestrator/spec/spec.h"

#include "core/mem.h"
#include "core/suggest.h"
#include "core/utf8.h"
#include "orchestrator/spec/answer.h"
#include "orchestrator/spec/bank.h"
#include "orchestrator/spec/words.h"

#include <stdlib.h>
#include <string.h>

#define REQUIRED 5

const char *spec_type_name(enum spec_type type)
{
    return spec_banks[type].name;
}

enum spec_type spec_type_of(const char *name)
{
    unsigned i = 0;

    while (i < SPEC_TYPES && strcmp(spec_banks[i].name, name) != 0)
        i++;
    return (enum spec_type)i;
}

const char *spec_category_name(enum spec_category category)
{
    return spec_category_rows[category].name;
}

enum spec_category spec_category_of(const char *name)
{
    unsigned i = 0;

    while (i < SPEC_CATEGORIES && strcmp(spec_category_rows[i].name, name) != 0)
        i++;
    return (enum spec_category)i;
}

/* The names: the one that is near, or all of them. */
static enum td_code meant(const char *word, const char *(*name)(unsigned i),
                          unsigned count, struct td_error *err)
{
    struct td_suggestion near = {.word = word};
    struct td_buf all = {0};
    enum td_code code;

    for (unsigned i = 0; i < count; i++) {
        td_suggest(&near, name(i));
        (void)td_buf_addf(&all, "%s%s", i ? ", " : "", name(i));
    }
    code = near.best ? td_error_hint(err, "did you mean %s?", near.best)
                     : td_error_hint(err, "there are %s", td_buf_str(&all));
    td_buf_release(&all);
    return code;
}

static const char *type_name(unsigned i)
{
    return spec_banks[i].name;
}

static const char *category_name(unsigned i)
{
    return spec_category_rows[i].name;
}

enum td_code spec_no_type(const char *name, struct td_error *err)
{
    (void)td_error_set(err, TD_USAGE, "", 0, "no application type \"%.80s\"",
                       name);
    return meant(name, type_name, SPEC_TYPES, err);
}

enum td_code spec_no_category(const char *name, struct td_error *err)
{
    (void)td_error_set(err, TD_USAGE, "", 0, "no category \"%.80s\"", name);
    return meant(name, category_name, SPEC_CATEGORIES, err);
}

/* ---- the type ---- */

/* The sum of the weights of a type's words that are in the text, each once;
 * what a longer phrase has taken is not counted again.
 */
static int score(const struct spec_words *words, enum spec_type type,
                 bool *taken)
{
    int sum = 0;

    memset(taken, 0, words->len * sizeof(*taken));
    for (int weight = 3; weight > 0; weight--)
        for (const struct spec_type_word *w = spec_banks[type].words; w->phrase;
             w++) {
            size_t first;
            size_t count;

            if (w->weight != weight ||
                !spec_words_find(words, w->phrase, &first, &count) ||
                taken[first])
                continue;
            memset(taken + first, 1, count * sizeof(*taken));
            sum += weight;
        }
    return sum;
}

static void add_item(struct spec *spec, struct spec_list *list,
                     struct td_bytes text)
{
    if (!list->items)
        list->items = td_arena_alloc(&spec->arena, (SPEC_ITEMS_MAX + 1) *
                                                       sizeof(*list->items));
    if (list->len < SPEC_ITEMS_MAX)
        list->items[list->len++] = td_arena_text(&spec->arena, text);
}

/* The runs of words that were taken, as they were written. */
static void keep_matched(struct spec *spec, const struct spec_words *words,
                         const bool *taken)
{
    for (size_t i = 0; i < words->len; i++) {
        size_t end = i;

        if (!taken[i])
            continue;
        while (end + 1 < words->len && taken[end + 1] &&
               words->list[end].hyphen)
            end++;
        add_item(spec, &spec->matched,
                 td_bytes(spec->description + words->list[i].start,
                          words->list[end].end - words->list[i].start));
        i = end;
    }
}

static void find_type(struct spec *spec, enum spec_type wanted)
{
    struct spec_words words = {0};
    bool *taken;
    int best = 0;

    spec_words_of(&words, td_text(spec->description));
    taken = td_calloc(words.len + 1, sizeof(*taken));
    spec->type = wanted == SPEC_TYPES ? SPEC_OTHER : wanted;
    spec->chosen = wanted != SPEC_TYPES;
    for (unsigned i = 0; i < SPEC_OTHER && !spec->chosen; i++) {
        int sum = score(&words, (enum spec_type)i, taken);

        if (sum > best) {
            best = sum;
            spec->type = (enum spec_type)i;
        }
    }
    for (unsigned i = 0; i < SPEC_OTHER; i++)
        if (i != spec->type && score(&words, (enum spec_type)i, taken) > 0)
            add_item(spec, &spec->also, td_text(spec_banks[i].name));
    (void)score(&words, spec->type, taken);
    keep_matched(spec, &words, taken);
    free(taken);
    spec_words_release(&words);
}

enum td_code spec_begin(struct spec *spec, struct td_bytes text,
                        enum spec_type type, struct td_error *err)
{
    struct spec_words words = {0};

    if (text.len > SPEC_DESCRIPTION_MAX)
        return td_error_set(err, TD_USAGE, "description", 0,
                            "is longer than %d bytes", SPEC_DESCRIPTION_MAX);
    if (!td_utf8_valid(text) || (text.len && memchr(text.ptr, 0, text.len)))
        return td_error_set(err, TD_USAGE, "description", 0,
                            "is no UTF-8 text");
    spec_words_of(&words, text);
    if (words.len == 0) {
        spec_words_release(&words);
        (void)td_error_set(err, TD_USAGE, "description", 0,
                           "there is no word in it");
        return td_error_hint(err, "write a sentence, as \"API for wine\"");
    }
    spec_words_release(&words);
    spec->description = td_arena_text(&spec->arena, text);
    find_type(spec, type);
    return TD_OK;
}

/* ---- answers ---- */

enum td_code spec_answer(struct spec *spec, enum spec_category category,
                         struct td_bytes text, struct td_error *err)
{
    struct spec_answer answer = {0};
    enum td_code code;

    if (text.len > SPEC_ANSWER_MAX)
        return td_error_set(err, TD_LIMIT, spec_category_name(category), 0,
                            "an answer is longer than %d bytes",
                            SPEC_ANSWER_MAX);
    if (!td_utf8_valid(text) || (text.len && memchr(text.ptr, 0, text.len)))
        return td_error_set(err, TD_USAGE, spec_category_name(category), 0,
                            "the answer is no UTF-8 text");
    code = spec_understand(&answer, &spec->arena, category, text, err);
    if (code == TD_OK)
        spec->answers[category] = answer;
    return code;
}

const char *spec_question(enum spec_type type, enum spec_category category)
{
    for (size_t i = 0; i < SPEC_QUESTIONS; i++)
        if (spec_banks[type].questions[i].category == category)
            return spec_banks[type].questions[i].text;
    return NULL;
}

const char *spec_next(const struct spec *spec, enum spec_category *category)
{
    for (size_t i = 0; i < SPEC_QUESTIONS; i++) {
        const struct spec_question *q = &spec_banks[spec->type].questions[i];

        if (spec->answers[q->category].text)
            continue;
        *category = q->category;
        return q->text;
    }
    return NULL;
}

unsigned spec_completeness(const struct spec *spec)
{
    unsigned required = 0;
    unsigned optional = 0;
    unsigned all = 0;

    for (size_t i = 0; i < SPEC_QUESTIONS; i++) {
        enum spec_category c = spec_banks[spec->type].questions[i].category;
        bool answered = spec->answers[c].text != NULL;

        if (spec_category_rows[c].required) {
            required += answered;
        } else {
            optional += answered;
            all++;
        }
    }
    return (80 * required * all + 20 * REQUIRED * optional) / (REQUIRED * all);
}

bool spec_ready(const struct spec *spec)
{
    for (unsigned i = 0; i < SPEC_CATEGORIES; i++)
        if (spec_category_rows[i].required && !spec->answers[i].text)
            return false;
    return true;
}

void spec_release(struct spec *spec)
{
    td_arena_release(&spec->arena);
    *spec = (struct spec){0};
}
