#include "schema/regex/look.h"

#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

#define DIRECT   8       /* looks of a match that are looked for one by one */
#define ENDS_MAX 1000000 /* ends that are found for one look */

struct schema_look {
    pcre2_code **codes;
    bool *negative;
    uint32_t len;
};

/* All places of a text where what one look is about ends. */
struct ends {
    uint64_t match; /* that they are of */
    bool known;     /* else there were too many to find */
    uint8_t *bits;
    size_t size;
};

struct schema_look_memory {
    const struct schema_look *look; /* of the match at hand */
    pcre2_match_data *data;
    pcre2_match_context *context;
    size_t end;        /* where what is looked for has to end */
    struct ends *ends; /* by look */
    uint32_t ends_len;
    struct ends *finding; /* all ends of this one, or NULL */
    uint32_t found;
    uint64_t match;
    uint64_t bytes;
    uint32_t count;
};

/* PCRE2 takes a repeat at the end of a pattern for one that never gives back,
 * but a callout may want it to.
 */
static pcre2_code *compile(const struct td_buf *look, int *number)
{
    const uint32_t flags = PCRE2_UTF | PCRE2_MATCH_UNSET_BACKREF |
                           PCRE2_NEVER_BACKSLASH_C | PCRE2_NO_AUTO_POSSESS |
                           PCRE2_USE_OFFSET_LIMIT;
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    struct td_buf text = {0};
    PCRE2_SIZE offset;
    pcre2_code *code;

    (void)td_buf_add_bytes(&text, td_buf_bytes(look));
    (void)td_buf_add_text(&text, "(?C)");
    (void)pcre2_set_parens_nest_limit(context, SCHEMA_ECMA_DEPTH + 1);
    code = pcre2_compile(text.ptr, text.len, flags, number, &offset, context);
    pcre2_compile_context_free(context);
    td_buf_release(&text);
    if (code)
        (void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
    return code;
}

enum td_code schema_look_new(struct schema_look **out,
                             const struct schema_ecma_looks *looks, int *number)
{
    struct schema_look *look = td_calloc(1, sizeof(*look));

    look->codes = td_calloc((size_t)looks->len + 1, sizeof(*look->codes));
    look->negative = td_calloc((size_t)looks->len + 1, sizeof(*look->negative));
    for (; look->len < looks->len; look->len++) {
        look->negative[look->len] = looks->list[look->len].negative;
        look->codes[look->len] = compile(&looks->list[look->len].text, number);
        if (look->codes[look->len])
            continue;
        schema_look_free(look);
        return TD_USAGE;
    }
    *out = look;
    return TD_OK;
}

void schema_look_free(struct schema_look *look)
{
    if (!look)
        return;
    for (uint32_t i = 0; i < look->len; i++)
        pcre2_code_free(look->codes[i]);
    free(look->codes);
    free(look->negative);
    free(look);
}

/* Behind what was looked for: it may end here only, or anywhere. */
static int ends_here(pcre2_callout_block *block, void *self)
{
    struct schema_look_memory *m = self;

    if (m->finding) {
        m->finding->bits[block->current_position / 8] |=
            (uint8_t)(1u << (block->current_position % 8));
        return ++m->found > ENDS_MAX ? PCRE2_ERROR_MATCHLIMIT : 1;
    }
    return block->current_position != m->end;
}

struct schema_look_memory *schema_look_memory_new(void)
{
    struct schema_look_memory *m = td_calloc(1, sizeof(*m));

    m->data = pcre2_match_data_create(1, NULL);
    m->context = pcre2_match_context_create(NULL);
    (void)pcre2_set_match_limit(m->context, SCHEMA_LOOK_STEPS);
    (void)pcre2_set_heap_limit(m->context, 4096);
    (void)pcre2_set_callout(m->context, ends_here, m);
    return m;
}

void schema_look_memory_free(struct schema_look_memory *memory)
{
    if (!memory)
        return;
    pcre2_match_context_free(memory->context);
    pcre2_match_data_free(memory->data);
    for (uint32_t i = 0; i < memory->ends_len; i++)
        free(memory->ends[i].bits);
    free(memory->ends);
    free(memory);
}

/* Find all ends of a look in the text at hand, once: nothing fits, so that the
 * engine tries all there is.
 */
static const struct ends *ends_of(struct schema_look_memory *m,
                                  const pcre2_callout_block *block, uint32_t i)
{
    size_t size = block->subject_length / 8 + 1;
    struct ends *e;

    if (m->ends_len < m->look->len) {
        m->ends = td_realloc(m->ends, m->look->len * sizeof(*m->ends));
        memset(m->ends + m->ends_len, 0,
               (m->look->len - m->ends_len) * sizeof(*m->ends));
        m->ends_len = m->look->len;
    }
    e = &m->ends[i];
    if (e->match == m->match)
        return e;
    e->match = m->match;
    e->known = false;
    if (block->subject_length > SCHEMA_LOOK_BYTES)
        return e;
    if (e->size < size) {
        free(e->bits);
        e->bits = td_calloc(size, 1);
        e->size = size;
    }
    memset(e->bits, 0, size);
    m->finding = e;
    m->found = 0;
    (void)pcre2_set_offset_limit(m->context, PCRE2_UNSET);
    e->known = pcre2_match(m->look->codes[i], block->subject,
                           block->subject_length, 0, PCRE2_NO_UTF_CHECK,
                           m->data, m->context) == PCRE2_ERROR_NOMATCH;
    m->finding = NULL;
    return e;
}

/* 0: go on; 1: not here; less: give up. */
static int look_back(pcre2_callout_block *block, void *self)
{
    struct schema_look_memory *m = self;
    uint32_t i = block->callout_number - 1;
    int got;

    m->end = block->current_position;
    m->count++;
    if (m->count > DIRECT) {
        const struct ends *e = ends_of(m, block, i);

        if (e->known)
            return (e->bits[m->end / 8] >> (m->end % 8) & 1) ==
                   m->look->negative[i];
    }
    m->bytes += m->end;
    if (m->bytes > SCHEMA_LOOK_BYTES || m->count > SCHEMA_LOOK_COUNT)
        return PCRE2_ERROR_MATCHLIMIT;
    (void)pcre2_set_offset_limit(m->context, m->end);
    got = pcre2_match(m->look->codes[i], block->subject, block->subject_length,
                      0, PCRE2_NO_UTF_CHECK, m->data, m->context);
    if (got < 0 && got != PCRE2_ERROR_NOMATCH)
        return got;
    return (got >= 0) == m->look->negative[i];
}

void schema_look_prepare(const struct schema_look *look,
                         struct schema_look_memory *memory,
                         pcre2_match_context *context)
{
    memory->look = look;
    memory->bytes = 0;
    memory->count = 0;
    memory->match++;
    (void)pcre2_set_callout(context, look_back, memory);
}
