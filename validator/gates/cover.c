#include "validator/gates/cover.h"

#include "core/hash.h"
#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_LINES 256
#define WORDS      (PAGE_LINES / 64)

struct gates_cover_page {
    uint64_t there[WORDS];
    uint64_t hit[WORDS];
};

struct gates_cover *gates_cover_new(void)
{
    return td_calloc(1, sizeof(struct gates_cover));
}

void gates_cover_free(struct gates_cover *cover)
{
    for (struct gates_cover_file *f = cover->files; f; f = f->next) {
        free(f->pages);
        free(f->branches);
    }
    free(cover->by_path);
    free(cover->names);
    td_arena_release(&cover->arena);
    free(cover);
}

static struct gates_cover_name *name_slot(const struct gates_cover *cover,
                                          struct td_bytes raw)
{
    size_t i = (size_t)td_hash(raw) & (cover->names_cap - 1);

    while (cover->names[i].raw && !td_bytes_is(raw, cover->names[i].raw))
        i = (i + 1) & (cover->names_cap - 1);
    return &cover->names[i];
}

static void grow_names(struct gates_cover *cover)
{
    struct gates_cover_name *old = cover->names;
    size_t cap = cover->names_cap;

    if (cover->names_len * 2 < cap)
        return;
    cover->names_cap = cap ? cap * 2 : 256;
    cover->names = td_calloc(cover->names_cap, sizeof(*cover->names));
    cover->last = NULL;
    for (size_t i = 0; i < cap; i++) {
        if (old[i].raw)
            *name_slot(cover, td_text(old[i].raw)) = old[i];
    }
    free(old);
}

struct gates_cover_name *gates_cover_name(struct gates_cover *cover,
                                          struct td_bytes raw, bool *added)
{
    struct gates_cover_name *name;

    *added = false;
    if (cover->last && td_bytes_is(raw, cover->last->raw))
        return cover->last;
    grow_names(cover);
    name = name_slot(cover, raw);
    if (!name->raw) {
        if (cover->names_len == GATES_COVER_FILES_MAX)
            return NULL;
        name->raw = td_arena_text(&cover->arena, raw);
        cover->names_len++;
        *added = true;
    }
    cover->last = name;
    return name;
}

/* Where the file of a path is, or will be. */
static struct gates_cover_file **path_slot(const struct gates_cover *cover,
                                           const char *path)
{
    size_t i = (size_t)td_hash(td_text(path)) & (cover->by_path_cap - 1);

    while (cover->by_path[i] && strcmp(cover->by_path[i]->path, path) != 0)
        i = (i + 1) & (cover->by_path_cap - 1);
    return &cover->by_path[i];
}

static void grow_paths(struct gates_cover *cover)
{
    if (cover->files_len * 2 < cover->by_path_cap)
        return;
    free(cover->by_path);
    cover->by_path_cap = cover->by_path_cap ? cover->by_path_cap * 2 : 256;
    cover->by_path = td_calloc(cover->by_path_cap, sizeof(*cover->by_path));
    for (struct gates_cover_file *f = cover->files; f; f = f->next)
        *path_slot(cover, f->path) = f;
}

struct gates_cover_file *gates_cover_file(struct gates_cover *cover,
                                          const char *path)
{
    struct gates_cover_file **slot;
    struct gates_cover_file *file;

    grow_paths(cover);
    slot = path_slot(cover, path);
    file = *slot;
    if (file)
        return file;
    file = td_arena_alloc(&cover->arena, sizeof(*file));
    file->path = td_arena_copy(&cover->arena, path);
    file->next = cover->files;
    cover->files = file;
    cover->files_len++;
    *slot = file;
    return file;
}

bool gates_cover_has(const struct gates_cover *cover, const char *path)
{
    return cover->by_path_cap > 0 && *path_slot(cover, path);
}

void gates_cover_clear(struct gates_cover_file *file)
{
    free(file->pages);
    free(file->branches);
    file->pages = NULL;
    file->branches = NULL;
    file->pages_len = file->branches_cap = file->branches_len = 0;
    file->last = 0;
}

static void grow_pages(struct gates_cover_file *file, size_t page)
{
    size_t len = file->pages_len ? file->pages_len : 8;

    if (page < file->pages_len)
        return;
    while (len <= page)
        len *= 2;
    file->pages = td_realloc(file->pages, len * sizeof(*file->pages));
    memset(file->pages + file->pages_len, 0,
           (len - file->pages_len) * sizeof(*file->pages));
    file->pages_len = len;
}

bool gates_cover_line(struct gates_cover *cover, struct gates_cover_file *file,
                      uint64_t line, bool hit)
{
    size_t page = (size_t)(line / PAGE_LINES);
    unsigned at = (unsigned)(line % PAGE_LINES);

    if (line > GATES_COVER_LINE_MAX)
        return false;
    if (line > file->last)
        file->last = line;
    grow_pages(file, page);
    if (!file->pages[page])
        file->pages[page] =
            td_arena_alloc(&cover->arena, sizeof(*file->pages[page]));
    file->pages[page]->there[at / 64] |= UINT64_C(1) << at % 64;
    file->pages[page]->hit[at / 64] |= (uint64_t)hit << at % 64;
    return true;
}

/* Line, block and number in one word whose lowest bit says "taken". What does
 * not fit is mixed; never 0. */
static uint64_t branch_key(const struct read_branch *b)
{
    uint64_t block = b->block;
    uint64_t number = b->branch;

    if (block >= UINT64_C(1) << 19 || number >= UINT64_C(1) << 19) {
        block = (block * UINT64_C(0x9e3779b97f4a7c15)) >> 45;
        number = (number * UINT64_C(0xc2b2ae3d27d4eb4f)) >> 45;
    }
    return (b->line + 1) << 39 | block << 20 | number << 1;
}

static uint64_t *branch_slot(const struct gates_cover_file *file, uint64_t key)
{
    uint64_t mixed = key * UINT64_C(0x9e3779b97f4a7c15);
    size_t i = (size_t)(mixed >> 20) & (file->branches_cap - 1);

    while (file->branches[i] && (file->branches[i] & ~UINT64_C(1)) != key)
        i = (i + 1) & (file->branches_cap - 1);
    return &file->branches[i];
}

static void grow_branches(struct gates_cover_file *file)
{
    uint64_t *old = file->branches;
    size_t cap = file->branches_cap;

    if (file->branches_len * 3 < cap * 2)
        return;
    file->branches_cap = cap ? cap * 2 : 16;
    file->branches = td_calloc(file->branches_cap, sizeof(*file->branches));
    for (size_t i = 0; i < cap; i++) {
        if (old[i])
            *branch_slot(file, old[i] & ~UINT64_C(1)) = old[i];
    }
    free(old);
}

bool gates_cover_branch(struct gates_cover *cover,
                        struct gates_cover_file *file,
                        const struct read_branch *branch)
{
    uint64_t key = branch_key(branch);
    uint64_t *slot;

    (void)cover;
    if (branch->line > GATES_COVER_LINE_MAX ||
        file->branches_len >= GATES_COVER_BRANCHES_MAX)
        return false;
    grow_branches(file);
    slot = branch_slot(file, key);
    file->branches_len += !*slot;
    *slot |= key | (branch->taken > 0);
    return true;
}

static int compare_files(const void *x, const void *y)
{
    const struct gates_cover_file *a = *(struct gates_cover_file *const *)x;
    const struct gates_cover_file *b = *(struct gates_cover_file *const *)y;

    return strcmp(a->path, b->path);
}

void gates_cover_sort(struct gates_cover *cover)
{
    struct gates_cover_file **list =
        td_calloc(cover->files_len + 1, sizeof(*list));
    size_t len = 0;

    for (struct gates_cover_file *f = cover->files; f; f = f->next)
        list[len++] = f;
    if (len > 0)
        qsort(list, len, sizeof(*list), compare_files);
    cover->files = NULL;
    while (len > 0) {
        list[--len]->next = cover->files;
        cover->files = list[len];
    }
    free(list);
}

void gates_cover_lines(const struct gates_cover_file *file,
                       void (*tell)(void *self, uint64_t line, bool hit),
                       void *self)
{
    for (size_t p = 0; p < file->pages_len; p++) {
        const struct gates_cover_page *page = file->pages[p];

        for (unsigned i = 0; page && i < WORDS; i++) {
            uint64_t line = (uint64_t)p * PAGE_LINES + i * 64;
            uint64_t hit = page->hit[i];

            for (uint64_t there = page->there[i]; there; there >>= 1) {
                if (there & 1)
                    tell(self, line, hit & 1);
                hit >>= 1;
                line++;
            }
        }
    }
}

void gates_cover_branches(const struct gates_cover_file *file,
                          uint64_t taken_total[2])
{
    taken_total[0] = 0;
    taken_total[1] = file->branches_len;
    for (size_t i = 0; i < file->branches_cap; i++)
        taken_total[0] += file->branches[i] & 1;
}
