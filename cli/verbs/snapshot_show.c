#include "cli/verbs/snapshot_show.h"

#include "core/clock.h"
#include "core/log.h"

#include <string.h>

/* Files, without the folders that they are in; and bytes. */
static uint32_t count_files(const struct work_snapshot *s, uint64_t *bytes)
{
    uint32_t count = 0;

    *bytes = 0;
    for (uint32_t i = 0; i < s->files.count; i++) {
        count += s->files.list[i].kind != WORK_FOLDER;
        *bytes += s->files.list[i].size;
    }
    return count;
}

void cli_snapshot_line(struct td_buf *out, const struct work_snapshot *s)
{
    uint64_t bytes;
    uint32_t files = count_files(s, &bytes);

    (void)td_buf_addf(out, "%s: %u file%s, ", s->name, files,
                      files == 1 ? "" : "s");
    (void)td_size_format(out, bytes);
}

void cli_snapshot_json(struct td_json_writer *w, const struct work_snapshot *s)
{
    uint64_t bytes;
    uint32_t files = count_files(s, &bytes);

    td_json_put_text(w, "name", s->name);
    td_json_put_time(w, "at", s->wall_ns);
    td_json_put_text_or_null(w, "execution",
                             *s->execution ? s->execution : NULL);
    td_json_put_u64(w, "files", files);
    td_json_put_u64(w, "bytes", bytes);
}

typedef void change_fn(void *ctx, const char *what, const char *path);

static bool is_same(const struct work_file *a, const struct work_file *b)
{
    return a->kind == b->kind && a->exec == b->exec &&
           (a->kind == WORK_FOLDER ||
            !memcmp(a->sha256, b->sha256, WORK_SHA256));
}

static uint32_t each_change(const struct work_snapshot *s,
                            const struct work_files *now, change_fn *told,
                            void *ctx)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < s->files.count; i++) {
        const struct work_file *then = &s->files.list[i];
        const struct work_file *file = work_files_find(now, then->path);

        if (file && is_same(file, then))
            continue;
        told(ctx, file ? "changes" : "comes back", then->path);
        count++;
    }
    for (uint32_t i = 0; i < now->count; i++)
        if (!work_files_find(&s->files, now->list[i].path)) {
            told(ctx, "is removed", now->list[i].path);
            count++;
        }
    return count;
}

static void add_change(void *ctx, const char *what, const char *path)
{
    (void)td_buf_addf(ctx, "%-10s  ", what);
    (void)td_text_clean(ctx, td_text(path));
    (void)td_buf_add_byte(ctx, '\n');
}

uint32_t cli_snapshot_changes(struct td_buf *out, const struct work_snapshot *s,
                              const struct work_files *now)
{
    return each_change(s, now, add_change, out);
}

static void put_change(void *ctx, const char *what, const char *path)
{
    td_json_object(ctx, NULL);
    td_json_put_text(ctx, "path", path);
    td_json_put_text(ctx, "what",
                     !strcmp(what, "changes")      ? "changed"
                     : !strcmp(what, "comes back") ? "gone"
                                                   : "new");
    td_json_object_end(ctx);
}

uint32_t cli_snapshot_changes_json(struct td_json_writer *w,
                                   const struct work_snapshot *s,
                                   const struct work_files *now)
{
    uint32_t count;

    td_json_array(w, "changes");
    count = each_change(s, now, put_change, w);
    td_json_array_end(w);
    return count;
}
