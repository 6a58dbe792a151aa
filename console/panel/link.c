/* Links to files of the workspace (OSC 8, as terminals with links read it). */
#include "console/panel/panel_internal.h"
#include "core/clock.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The file's real path if it is a file in the workspace, reached without a way
 * out of it; to be freed. NULL: it is not. */
static char *inside(const char *workspace, const char *path)
{
    struct td_buf text = {0};
    char *real = NULL;
    size_t len = strlen(workspace);
    struct stat st;

    if (*path == '\0' || *path == '/')
        return NULL;
    (void)td_buf_addf(&text, "%s/%s", workspace, path);
    real = realpath(td_buf_str(&text), NULL);
    td_buf_release(&text);
    if (real && !strncmp(real, workspace, len) && real[len] == '/' &&
        stat(real, &st) == 0 && S_ISREG(st.st_mode))
        return real;
    free(real);
    return NULL;
}

/* Every byte but those that need no escape in a URL (RFC 3986, 2.3). */
static void put_url(struct td_buf *out, const char *path)
{
    (void)td_buf_add_text(out, "file://");
    for (; *path; path++) {
        if (isalnum((unsigned char)*path) || strchr("-._~/", *path))
            (void)td_buf_add_byte(out, (uint8_t)*path);
        else
            (void)td_buf_addf(out, "%%%02X", (unsigned char)*path);
    }
}

bool panel_link_begin(struct text_line *line, const struct panel *v,
                      const char *path)
{
    char *real =
        v->workspace && line->style->links ? inside(v->workspace, path) : NULL;

    if (!real)
        return false;
    (void)td_buf_add_text(line->out, "\x1b]8;;");
    put_url(line->out, real);
    (void)td_buf_add_text(line->out, "\x1b\\");
    free(real);
    return true;
}

void panel_link_end(struct text_line *line, bool begun)
{
    if (begun)
        (void)td_buf_add_text(line->out, "\x1b]8;;\x1b\\");
}

/* ---- what stands above a text ---- */

/* How often the file was made. */
static unsigned versions_of(const struct seen *s, const struct seen_artifact *a)
{
    unsigned count = 0;

    for (uint32_t i = 0; i < s->artifact_count; i++)
        count += !strcmp(s->artifacts[i].path, a->path);
    return count;
}

void panel_artifact_head(struct td_buf *out, const struct panel *v,
                         const struct seen_artifact *a)
{
    struct text_line line = panel_line(out, v);
    bool link = panel_link_begin(&line, v, a->path);
    char size[PANEL_SHORT];
    unsigned versions;

    text_put_foreign(&line, TEXT_ACCENT, td_text(a->path));
    panel_link_end(&line, link);
    text_put(&line, TEXT_PLAIN, "  ");
    text_put_foreign(&line, TEXT_PLAIN, td_text(a->type));
    text_putf(&line, TEXT_PLAIN, ", %s", td_size_text(size, a->size));
    if (a->mode) {
        text_put(&line, TEXT_PLAIN, ", 0");
        text_put_foreign(&line, TEXT_PLAIN, td_text(a->mode));
    }
    if (a->sha256 && strlen(a->sha256) > 8) {
        text_put(&line, TEXT_DIM, ", sha256 ");
        text_put_foreign(&line, TEXT_DIM, td_bytes(a->sha256, 4));
        text_put(&line, TEXT_DIM, "..");
        text_put_foreign(&line, TEXT_DIM,
                         td_text(a->sha256 + strlen(a->sha256) - 4));
    }
    if (a->task != SEEN_NONE) {
        text_put(&line, TEXT_PLAIN, ", ");
        text_put_foreign(&line, TEXT_PLAIN,
                         td_text(seen_task_id(&v->seen->tasks[a->task])));
    }
    versions = versions_of(v->seen, a);
    if (versions > 1)
        text_putf(&line, TEXT_PLAIN, ", the newest of %u versions", versions);
    panel_end(&line);
}

void panel_text_head(struct td_buf *out, const struct panel *v,
                     const char *path, double size)
{
    struct text_line line = panel_line(out, v);
    char text[PANEL_SHORT];

    text_put_foreign(&line, TEXT_ACCENT, td_text(path));
    text_putf(&line, TEXT_PLAIN, "  %s", td_size_text(text, (uint64_t)size));
    panel_end(&line);
}
