#include "orchestrator/work/record.h"

#include "core/hex.h"
#include "core/json_value.h"

#include <string.h>

static const char *mode_of(const struct work_file *file)
{
    if (file->kind == WORK_FOLDER)
        return "d";
    if (file->kind == WORK_LINK)
        return "l";
    return file->exec ? "x" : "-";
}

static void put_hash(struct td_json_writer *w, const uint8_t *sha256)
{
    char hex[WORK_HEX];

    work_hex(hex, sha256);
    td_json_put_text(w, "sha256", hex);
}

void work_put_files(struct td_json_writer *w, const char *key,
                    const struct work_files *files)
{
    td_json_array(w, key);
    for (uint32_t i = 0; i < files->count; i++) {
        td_json_object(w, NULL);
        td_json_put_text(w, "path", files->list[i].path);
        td_json_put_text(w, "mode", mode_of(&files->list[i]));
        td_json_put_u64(w, "size", files->list[i].size);
        put_hash(w, files->list[i].sha256);
        td_json_object_end(w);
    }
    td_json_array_end(w);
}

void work_put_parts(struct td_json_writer *w, const char *key,
                    const struct work_key *parts)
{
    td_json_array(w, key);
    for (uint32_t i = 0; i < parts->count; i++) {
        const char mode[] = {parts->parts[i].mode, 0};

        td_json_object(w, NULL);
        td_json_put_text(w, "name", parts->parts[i].name);
        td_json_put_text(w, "mode", mode);
        put_hash(w, parts->parts[i].sha256);
        td_json_object_end(w);
    }
    td_json_array_end(w);
}

const char *work_take_text(const struct td_json_doc *doc, uint32_t at,
                           const char *name, struct td_arena *arena)
{
    uint32_t value = td_json_member(doc, at, td_text(name));
    struct td_buf text = {0};
    const char *copy = NULL;

    if (value && doc->values[value].kind == TD_JSON_STRING &&
        !td_json_unescape(&text, td_json_inner(doc, value)) &&
        !(text.len && memchr(text.ptr, 0, text.len)))
        copy = td_arena_text(arena, td_buf_bytes(&text));
    td_buf_release(&text);
    return copy;
}

bool work_take_number(const struct td_json_doc *doc, uint32_t at,
                      const char *name, uint64_t *out)
{
    return td_json_u64(doc, td_json_member(doc, at, td_text(name)), out);
}

bool work_take_hex(const char *hex, uint8_t sha256[WORK_SHA256])
{
    if (!hex || strlen(hex) != WORK_HEX - 1)
        return false;
    for (int i = 0; i < WORK_SHA256; i++) {
        int high = td_hex_digit((uint8_t)hex[2 * i]);
        int low = td_hex_digit((uint8_t)hex[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        sha256[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* A mode of one letter out of a set; 0: it is none. */
static char take_mode(const struct td_json_doc *doc, uint32_t at,
                      const char *letters, struct td_arena *arena)
{
    const char *mode = work_take_text(doc, at, "mode", arena);

    return mode && mode[0] && !mode[1] && strchr(letters, mode[0]) ? mode[0]
                                                                   : 0;
}

/* A path of a list: as names of plans, but a file may be called *. */
static bool is_path(const char *path)
{
    return !strcmp(path, "./") || !work_name_check(path, WORK_PATTERN, NULL);
}

static bool take_file(const struct td_json_doc *doc, uint32_t at,
                      struct work_files *out)
{
    struct work_file *file = &out->list[out->count];
    const char *before = out->count ? file[-1].path : "";
    char mode = take_mode(doc, at, "-xdl", &out->arena);
    bool folder = mode == 'd';

    file->path = work_take_text(doc, at, "path", &out->arena);
    if (!mode || !file->path || strcmp(before, file->path) >= 0 ||
        !is_path(file->path) ||
        (file->path[strlen(file->path) - 1] == '/') != folder)
        return false;
    file->kind = folder ? WORK_FOLDER : mode == 'l' ? WORK_LINK : WORK_FILE;
    file->exec = mode == 'x';
    out->count++;
    return work_take_number(doc, at, "size", &file->size) &&
           work_take_hex(work_take_text(doc, at, "sha256", &out->arena),
                         file->sha256);
}

static bool take_part(const struct td_json_doc *doc, uint32_t at,
                      struct work_key *out)
{
    struct work_part *part = &out->parts[out->count];

    part->mode = take_mode(doc, at, " -xdl", &out->arena);
    part->name = work_take_text(doc, at, "name", &out->arena);
    if (!part->mode || !part->name)
        return false;
    out->count++;
    return work_take_hex(work_take_text(doc, at, "sha256", &out->arena),
                         part->sha256);
}

static bool is_list(const struct td_json_doc *doc, uint32_t at)
{
    return at && doc->values[at].kind == TD_JSON_ARRAY &&
           doc->values[at].count <= WORK_FILES_MAX;
}

bool work_take_files(const struct td_json_doc *doc, uint32_t at,
                     struct work_files *out)
{
    bool good = is_list(doc, at);

    if (!good)
        return false;
    out->list = td_arena_alloc(
        &out->arena, ((size_t)doc->values[at].count + 1) * sizeof(*out->list));
    for (uint32_t i = at + 1; good && i < doc->values[at].next;
         i = doc->values[i].next)
        good = take_file(doc, i, out);
    return good;
}

bool work_take_parts(const struct td_json_doc *doc, uint32_t at,
                     struct work_key *out)
{
    bool good = is_list(doc, at);

    if (!good)
        return false;
    out->parts = td_arena_alloc(
        &out->arena, ((size_t)doc->values[at].count + 1) * sizeof(*out->parts));
    for (uint32_t i = at + 1; good && i < doc->values[at].next;
         i = doc->values[i].next)
        good = take_part(doc, i, out);
    return good;
}
