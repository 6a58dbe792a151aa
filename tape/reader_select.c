/* Which events are wanted, by their names and kinds. */
#include "tape/reader_internal.h"

#include "core/json_value.h"
#include "core/mem.h"
#include "tape/name_counts.h"

#include <stdlib.h>

void tape_reader_unselect(struct tape_reader *r)
{
    for (size_t i = 0; i < r->names_len; i++)
        free((void *)(uintptr_t)r->names[i].ptr);
    for (size_t i = 0; i < r->kinds_len; i++)
        free((void *)(uintptr_t)r->kinds[i].ptr);
    free(r->names);
    free(r->kinds);
    r->names = NULL;
    r->kinds = NULL;
    r->names_len = 0;
    r->kinds_len = 0;
}

static struct td_bytes *copy_list(const struct td_bytes *list, size_t len)
{
    struct td_bytes *copy =
        (struct td_bytes *)td_calloc(len + 1, sizeof(*copy));

    for (size_t i = 0; i < len; i++)
        copy[i] = td_bytes(td_strndup(list[i].ptr, list[i].len), list[i].len);
    return copy;
}

void tape_reader_select(struct tape_reader *r, const struct td_bytes *names,
                        size_t names_len, const struct td_bytes *kinds,
                        size_t kinds_len)
{
    tape_reader_unselect(r);
    r->names = copy_list(names, names_len);
    r->names_len = names_len;
    r->kinds = copy_list(kinds, kinds_len);
    r->kinds_len = kinds_len;
    r->scan.by_name = names_len + kinds_len > 0;
    memset(&r->scan.names, 0, sizeof(r->scan.names));
    for (size_t i = 0; i < names_len; i++)
        tape_names_set(&r->scan.names, tape_name_bit(names[i]));
    for (size_t i = 0; i < kinds_len; i++)
        tape_names_set(&r->scan.names, tape_kind_bit(kinds[i]));
}

bool tape_reader_wants(const struct tape_reader *r, const struct td_event *ev)
{
    const struct td_bytes *list = ev->kind.len > 0 ? r->kinds : r->names;
    size_t len = ev->kind.len > 0 ? r->kinds_len : r->names_len;
    struct td_bytes name = ev->kind.len > 0 ? ev->kind : ev->name;

    bool escaped = name.len > 0 && memchr(name.ptr, '\\', name.len);
    struct td_buf plain = {0};
    bool is = false;

    if (escaped && !td_json_unescape(&plain, name))
        name = td_buf_bytes(&plain);
    for (size_t i = 0; i < len && !is; i++)
        is = td_bytes_equal(list[i], name);
    td_buf_release(&plain);
    return is;
}

/* How many events of a list an end line counts, each name once. */
static uint64_t counted(const struct td_json_doc *doc, uint32_t end,
                        const char *key, const struct td_bytes *list,
                        size_t len)
{
    uint32_t counts = td_json_member(doc, end, td_text(key));
    uint64_t sum = 0;

    for (size_t i = 0; i < len; i++) {
        uint64_t n = 0;
        size_t before = 0;

        while (before < i && !td_bytes_equal(list[before], list[i]))
            before++;
        if (before == i &&
            td_json_u64(doc, td_json_member(doc, counts, list[i]), &n) &&
            n <= TAPE_INT_MAX)
            sum += n;
    }
    return sum;
}

void tape_reader_find_hidden(struct tape_reader *r,
                             const struct td_json_doc *doc, uint32_t end)
{
    const struct tape_state *s = &r->state;
    bool ranged = r->scan.from_ns > 0 || r->scan.from_seq > 0 || r->from_wall;
    bool damaged = s->torn || s->bad_members || s->bad_lines || s->missing ||
                   s->strays || s->headless;

    if (ranged || damaged || !end ||
        counted(doc, end, "names", r->names, r->names_len) +
                counted(doc, end, "kinds", r->kinds, r->kinds_len) <=
            r->found)
        return;
    r->state.wrong_index++;
    tape_reader_damage(r);
}

uint64_t tape_reader_unwanted(const struct tape_reader *r)
{
    return r->scan.unwanted;
}
