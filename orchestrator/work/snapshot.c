#include "orchestrator/work/snapshot.h"

#include "core/mem.h"
#include "orchestrator/work/blob.h"
#include "orchestrator/work/place_internal.h"
#include "orchestrator/work/record.h"
#include "orchestrator/work/snapshot_internal.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FOLDER "snapshots"
#define MAX    ((size_t)64 << 20)
#define DEPTH  8
#define LENGTH (sizeof(FOLDER) + WORK_SNAPSHOT_NAME + 8)

void work_snapshot_release(struct work_snapshot *s)
{
    work_files_release(&s->files);
    td_arena_release(&s->arena);
    *s = (struct work_snapshot){0};
}

/* Whether a snapshot may be called so. */
static bool work_snapshot_is_name(const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)name[i]) && !strchr("._-", name[i]))
            return false;
    return len > 0 && len <= WORK_SNAPSHOT_NAME && name[0] != '.';
}

static const char *path_of(char out[LENGTH], const char *name)
{
    (void)snprintf(out, LENGTH, FOLDER "/%s", name);
    return out;
}

static bool take_names(const struct td_json_doc *doc, uint32_t at,
                       struct work_snapshot *out)
{
    const char **list;

    if (!at || doc->values[at].kind != TD_JSON_ARRAY ||
        doc->values[at].count > WORK_FILES_MAX)
        return false;
    list = td_arena_alloc(&out->arena,
                          ((size_t)doc->values[at].count + 1) * sizeof(*list));
    for (uint32_t i = at + 1; i < doc->values[at].next;
         i = doc->values[i].next) {
        struct td_buf text = {0};
        bool good = doc->values[i].kind == TD_JSON_STRING &&
                    !td_json_unescape(&text, td_json_inner(doc, i));
        const char *name = td_arena_text(&out->arena, td_buf_bytes(&text));

        td_buf_release(&text);
        if (!good || work_name_check(name, WORK_PATTERN, NULL))
            return false;
        list[out->names.count++] = name;
    }
    out->names.list = list;
    return true;
}

bool work_snapshot_parse(struct td_bytes text, struct work_snapshot *out)
{
    struct td_json_doc doc = {0};
    bool good = !td_json_parse(&doc, text, DEPTH, NULL);

    if (good) {
        out->name = work_take_text(&doc, 0, "name", &out->arena);
        out->execution = work_take_text(&doc, 0, "execution", &out->arena);
    }
    good = good && out->name && work_snapshot_is_name(out->name) &&
           out->execution && work_take_number(&doc, 0, "at", &out->wall_ns) &&
           take_names(&doc, td_json_member(&doc, 0, td_text("outputs")), out) &&
           work_take_files(&doc, td_json_member(&doc, 0, td_text("files")),
                           &out->files);
    td_json_release(&doc);
    if (!good)
        work_snapshot_release(out);
    return good;
}

/* One by name. TD_END: there is none; TD_FORMAT; TD_IO. */
static enum td_code work_snapshot_load(struct work_place *place,
                                       const char *name,
                                       struct work_snapshot *out,
                                       struct td_error *err)
{
    char path[LENGTH];
    struct td_buf text = {.max = MAX};
    enum td_code code;

    if (!work_snapshot_is_name(name))
        return TD_END;
    code = work_state_read(place, path_of(path, name), &text, err);
    if (!code && (!work_snapshot_parse(td_buf_bytes(&text), out) ||
                  strcmp(out->name, name) != 0)) {
        work_snapshot_release(out);
        (void)td_error_set(err, TD_FORMAT, path, 0, "is no snapshot");
        (void)td_error_hint(err, "delete it: it cannot be gone back to");
        code = TD_FORMAT;
    }
    td_buf_release(&text);
    return code;
}

/* Names in the folder, to be freed, and how many. */
static char **all_names(struct work_place *place, size_t *count)
{
    int fd = openat(place->state_fd, FOLDER,
                    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    char **names = NULL;
    struct dirent *e;

    *count = 0;
    while (dir && (e = readdir(dir)) != NULL)
        if (work_snapshot_is_name(e->d_name)) {
            names = td_list_room(names, *count, sizeof(char *));
            names[(*count)++] = td_strdup(e->d_name);
        }
    if (dir)
        (void)closedir(dir);
    return names;
}

static void free_names(char **names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

/* Keep the bytes of one file, or the text of a link. */
static enum td_code keep_one(struct work_place *place,
                             const struct work_file *file, struct td_error *err)
{
    int fd = -1;
    enum td_code code;

    if (file->kind == WORK_FOLDER)
        return TD_OK;
    if (file->kind == WORK_LINK)
        return td_error_set(err, TD_FAILED, file->path, 0,
                            "is a link to a folder, which a snapshot cannot "
                            "keep");
    fd = work_beneath(place->root_fd, file->path, O_RDONLY | O_NONBLOCK);
    if (fd < 0)
        return work_beneath_failed(file->path, errno, err);
    code = work_blob_put(place, fd, file->sha256, err);
    (void)close(fd);
    return code;
}

static enum td_code write_snapshot(struct work_place *place,
                                   const struct work_snapshot *s,
                                   struct td_error *err)
{
    char path[LENGTH];
    struct td_buf text = {.max = MAX};
    struct td_json_writer w = td_json_writer(&text);
    enum td_code code;

    td_json_object(&w, NULL);
    td_json_put_text(&w, "name", s->name);
    td_json_put_text(&w, "execution", s->execution);
    td_json_put_u64(&w, "at", s->wall_ns);
    td_json_array(&w, "outputs");
    for (uint32_t i = 0; i < s->names.count; i++)
        td_json_put_text(&w, NULL, s->names.list[i]);
    td_json_array_end(&w);
    work_put_files(&w, "files", &s->files);
    td_json_object_end(&w);
    code = td_json_line(&w);
    if (code)
        code = td_error_set(err, TD_LIMIT, s->name, 0, "has too many files");
    else
        code = work_replace(place, place->state_fd, path_of(path, s->name),
                            td_buf_bytes(&text), err);
    td_buf_release(&text);
    return code;
}

static enum td_code check_new(struct work_place *place, const char *name,
                              struct td_error *err)
{
    char path[LENGTH];
    char **names;
    size_t count;

    if (!work_snapshot_is_name(name)) {
        (void)td_error_set(err, TD_USAGE, name, 0, "may not name a snapshot");
        return td_error_hint(err, "take up to 64 letters, digits, . _ and -");
    }
    if (faccessat(place->state_fd, path_of(path, name), F_OK, 0) == 0) {
        (void)td_error_set(err, TD_USAGE, name, 0,
                           "there is a snapshot of this name");
        return td_error_hint(err, "take another, or delete it first");
    }
    names = all_names(place, &count);
    free_names(names, count);
    return count < WORK_SNAPSHOTS
               ? TD_OK
               : td_error_set(err, TD_LIMIT, name, 0,
                              "there are %d snapshots already", WORK_SNAPSHOTS);
}

enum td_code work_snapshot_create(struct work_place *place, const char *name,
                                  const char *execution,
                                  const struct plan_words *outputs,
                                  struct td_error *err)
{
    struct work_snapshot s = {.name = name,
                              .execution = execution,
                              .names = *outputs,
                              .wall_ns = td_wall_ns(place->clock)};
    enum td_code code = check_new(place, name, err);

    if (!code)
        code = work_inputs(place, outputs, &s.files, err);
    for (uint32_t i = 0; i < s.files.count && !code; i++)
        code = keep_one(place, &s.files.list[i], err);
    if (!code)
        code = write_snapshot(place, &s, err);
    work_snapshot_release(&s);
    return code;
}

static int by_time(const void *a, const void *b)
{
    const struct work_snapshot *x = a;
    const struct work_snapshot *y = b;

    if (x->wall_ns != y->wall_ns)
        return x->wall_ns < y->wall_ns ? -1 : 1;
    return strcmp(x->name, y->name);
}

enum td_code work_snapshot_list(
    struct work_place *place,
    void (*each)(void *ctx, const struct work_snapshot *snapshot), void *ctx,
    struct td_error *err)
{
    size_t count;
    char **names = all_names(place, &count);
    struct work_snapshot *all = td_calloc(count + 1, sizeof(*all));
    enum td_code worst = TD_OK;
    size_t good = 0;

    for (size_t i = 0; i < count; i++) {
        enum td_code code =
            work_snapshot_load(place, names[i], &all[good], err);

        good += code == TD_OK;
        if (code && code != TD_END)
            worst = code;
    }
    qsort(all, good, sizeof(*all), by_time);
    for (size_t i = 0; i < good; i++) {
        each(ctx, &all[i]);
        work_snapshot_release(&all[i]);
    }
    free(all);
    free_names(names, count);
    return worst;
}

static enum td_code no_such(struct work_place *place, const char *name,
                            struct td_error *err)
{
    size_t count;
    char **names = all_names(place, &count);
    struct td_buf text = {0};

    for (size_t i = 0; i < count && text.len < 100; i++)
        (void)td_buf_addf(&text, "%s%s", i ? ", " : "", names[i]);
    (void)td_error_set(err, TD_USAGE, name, 0,
                       "there is no snapshot of this name");
    (void)td_error_hint(err, count ? "there are %s" : "there are none%s",
                        td_buf_str(&text));
    td_buf_release(&text);
    free_names(names, count);
    return TD_USAGE;
}

enum td_code work_snapshot_show(struct work_place *place, const char *name,
                                struct work_snapshot *out, struct td_error *err)
{
    enum td_code code = work_snapshot_load(place, name, out, err);

    return code == TD_END ? no_such(place, name, err) : code;
}

/* Hashes that are still needed, sorted. */
struct needed {
    uint8_t (*list)[WORK_SHA256];
    size_t count;
};

static int by_hash(const void *a, const void *b)
{
    return memcmp(a, b, WORK_SHA256);
}

static void need(void *ctx, const struct work_snapshot *s)
{
    struct needed *n = ctx;

    for (uint32_t i = 0; i < s->files.count; i++) {
        n->list = td_list_room(n->list, n->count, sizeof(*n->list));
        memcpy(n->list[n->count++], s->files.list[i].sha256, WORK_SHA256);
    }
}

static bool is_needed(void *ctx, const uint8_t sha256[WORK_SHA256])
{
    const struct needed *n = ctx;

    return n->count &&
           bsearch(sha256, n->list, n->count, sizeof(*n->list), by_hash);
}

enum td_code work_snapshot_delete(struct work_place *place, const char *name,
                                  struct td_error *err)
{
    char path[LENGTH];
    struct needed needed = {.count = 0};
    enum td_code code;

    if (!work_snapshot_is_name(name))
        return no_such(place, name, err);
    if (place->calls->unlink(place->state_fd, path_of(path, name), 0) != 0)
        return errno == ENOENT
                   ? no_such(place, name, err)
                   : td_error_errno(err, TD_IO, path, errno, "cannot remove");
    /* With one that cannot be read nobody knows what it needs. */
    code = work_snapshot_list(place, need, &needed, err);
    if (needed.count)
        qsort(needed.list, needed.count, sizeof(*needed.list), by_hash);
    if (!code)
        code = work_blob_sweep(place, is_needed, &needed, err);
    free(needed.list);
    return code;
}
