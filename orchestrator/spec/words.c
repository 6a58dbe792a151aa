#include "orchestrator/spec/words.h"

#include "core/mem.h"
#include "core/utf8.h"

#include <stdlib.h>
#include <string.h>

/* The letters of U+00C0 to U+017F without what is above and below them. */
static const char latin[] = "aaaaaaaceeeeiiiidnooooo?ouuuuyts"
                            "aaaaaaaceeeeiiiidnooooo?ouuuuyty"
                            "aaaaaaccccccccddddeeeeeeeeeegggggggg"
                            "hhhhiiiiiiiiiiiijjkkkllllllllll"
                            "nnnnnnnnnoooooooorrrrrrssssssss"
                            "ttttttuuuuuuuuuuuuwwyyyzzzzzzs";

static bool is_mark(uint32_t cp)
{
    return cp >= 0x300 && cp <= 0x36f;
}

static bool is_hyphen(uint32_t cp)
{
    return cp == '-' || cp == 0x2010 || cp == 0x2011;
}

static bool is_letter(uint32_t cp)
{
    if (cp < 0x80)
        return (cp >= 'a' && cp <= 'z') || (cp >= 'A' && cp <= 'Z') ||
               (cp >= '0' && cp <= '9');
    if (cp < 0xc0 || cp == 0xd7 || cp == 0xf7)
        return false;
    return !(cp >= 0x2000 && cp <= 0x206f) && !(cp >= 0x3000 && cp <= 0x303f);
}

static void fold(struct td_buf *out, uint32_t cp)
{
    uint8_t bytes[4];

    if (cp >= 'A' && cp <= 'Z')
        cp += 'a' - 'A';
    if (cp >= 0xc0 && cp <= 0x17f)
        cp = (uint8_t)latin[cp - 0xc0];
    (void)td_buf_add(out, bytes, td_utf8_put(bytes, cp));
}

/* One character of text at `at`; its length. */
static size_t take(struct td_bytes text, size_t at, uint32_t *cp)
{
    size_t len = td_utf8_step(text.ptr + at, text.ptr + text.len);

    *cp = len ? td_utf8_point(text.ptr + at, len) : ' ';
    return len ? len : 1;
}

static size_t add_word(struct spec_words *words, struct td_bytes text,
                       size_t at)
{
    struct spec_word *word;
    uint32_t cp;

    words->list = td_list_room(words->list, words->len, sizeof(*words->list));
    word = &words->list[words->len++];
    *word = (struct spec_word){.start = (uint32_t)at,
                               .at = (uint32_t)words->folded.len};
    while (at < text.len) {
        size_t len = take(text, at, &cp);

        if (!is_letter(cp) && !is_mark(cp))
            break;
        if (!is_mark(cp))
            fold(&words->folded, cp);
        at += len;
    }
    word->end = (uint32_t)at;
    word->len = (uint32_t)words->folded.len - word->at;
    return at;
}

void spec_words_of(struct spec_words *words, struct td_bytes text)
{
    size_t at = 0;
    uint32_t cp;

    while (at < text.len && words->len < SPEC_WORDS_MAX) {
        size_t len = take(text, at, &cp);

        if (is_letter(cp) && !is_mark(cp)) {
            at = add_word(words, text, at);
            continue;
        }
        if (is_hyphen(cp) && words->len > 0 &&
            words->list[words->len - 1].end == at)
            words->list[words->len - 1].hyphen = true;
        at += len;
    }
}

static bool is_plural(const uint8_t *rest, size_t len)
{
    return (len == 1 && rest[0] == 's') ||
           (len == 2 && rest[0] == 'e' && rest[1] == 's');
}

size_t spec_words_match(const struct spec_words *words, size_t i,
                        const char *phrase)
{
    for (size_t n = 0; i + n < words->len; n++) {
        const struct spec_word *word = &words->list[i + n];
        const uint8_t *text = words->folded.ptr + word->at;
        size_t same = 0;

        while (same < word->len && phrase[same] &&
               text[same] == (uint8_t)phrase[same])
            same++;
        phrase += same;
        if (!*phrase)
            return same == word->len ||
                           (same > 0 &&
                            is_plural(text + same, word->len - same))
                       ? n + 1
                       : 0;
        if (same < word->len || (*phrase != ' ' && !word->hyphen))
            return 0;
        phrase += *phrase == ' ';
    }
    return 0;
}

bool spec_words_find(const struct spec_words *words, const char *phrase,
                     size_t *first, size_t *count)
{
    for (size_t i = 0; i < words->len; i++) {
        size_t n = spec_words_match(words, i, phrase);

        if (n == 0)
            continue;
        if (first)
            *first = i;
        if (count)
            *count = n;
        return true;
    }
    return false;
}

void spec_words_release(struct spec_words *words)
{
    td_buf_release(&words->folded);
    free(words->list);
    *words = (struct spec_words){0};
}
