/* Completions that only the console knows: tasks, approvals, artifacts, files.
 */
#include "console/console_internal.h"
#include "console/keep_internal.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#define FILES_MAX    1000
#define SESSIONS_MAX 20

static void offer_task(struct words_menu *menu, const struct seen_task *task)
{
    words_offer(menu, seen_task_id(task), task->name);
}

static void tasks(struct console *c, struct words_menu *menu)
{
    for (uint32_t i = 0; i < c->seen->task_count; i++)
        offer_task(menu, &c->seen->tasks[i]);
}

/* What has not ended: what runs first. */
static void going(struct console *c, struct words_menu *menu)
{
    for (int runs = 1; runs >= 0; runs--)
        for (uint32_t i = 0; i < c->seen->task_count; i++) {
            const struct seen_task *task = &c->seen->tasks[i];

            if (task->state < SEEN_COMPLETED &&
                (task->state == SEEN_RUNNING) == runs)
                offer_task(menu, task);
        }
}

static void failed(struct console *c, struct words_menu *menu)
{
    for (uint32_t i = 0; i < c->seen->task_count; i++)
        if (c->seen->tasks[i].state == SEEN_FAILED)
            offer_task(menu, &c->seen->tasks[i]);
}

static void approvals(struct console *c, struct words_menu *menu)
{
    for (uint32_t i = 0; i < c->seen->task_count; i++) {
        const struct seen_task *task = &c->seen->tasks[i];

        if (task->state == SEEN_ASKING)
            words_offer(menu, task->batch ? task->batch : seen_task_id(task),
                        task->ask ? task->ask : task->name);
    }
}

/* The newest first. */
static void artifacts(struct console *c, struct words_menu *menu)
{
    for (uint32_t i = c->seen->artifact_count; i-- > 0;)
        words_offer(menu, c->seen->artifacts[i].path,
                    c->seen->artifacts[i].type);
}

static void executions(struct console *c, struct words_menu *menu)
{
    if (*c->seen->execution)
        words_offer(menu, c->seen->execution, c->seen->plan);
}

/* "plans/sh" is looked for in plans/. */
static void files(struct console *c, struct words_menu *menu)
{
    const char *word = td_buf_str(&menu->word);
    const char *slash = strrchr(word, '/');
    struct td_buf folder = {0};
    struct td_buf path = {0};
    struct dirent *entry;
    struct stat st;
    DIR *dir;

    (void)td_buf_addf(&folder, "%s%s",
                      c->workspace && *word != '/' ? c->workspace : "",
                      c->workspace && *word != '/' ? "/" : "");
    (void)td_buf_addf(&folder, "%.*s", slash ? (int)(slash - word + 1) : 0,
                      word);
    dir = opendir(folder.len ? td_buf_str(&folder) : ".");
    for (int i = 0; dir && i < FILES_MAX && (entry = readdir(dir)); i++) {
        bool is_dir;

        if (*entry->d_name == '.')
            continue;
        is_dir = fstatat(dirfd(dir), entry->d_name, &st, 0) == 0 &&
                 S_ISDIR(st.st_mode);
        td_buf_clear(&path);
        (void)td_buf_addf(&path, "%.*s%s%s",
                          slash ? (int)(slash - word + 1) : 0, word,
                          entry->d_name, is_dir ? "/" : "");
        words_offer(menu, td_buf_str(&path), is_dir ? "folder" : "");
    }
    if (dir)
        (void)closedir(dir);
    td_buf_release(&folder);
    td_buf_release(&path);
}

/* By its name if it has one, which is as good as its id. */
static void offer_session(void *ctx, const struct store_session *row)
{
    struct words_menu *menu = ctx;
    bool named = *row->name;
    const char *run = *row->execution ? row->execution : row->source;

    words_offer(menu, named ? row->name : row->id, named ? row->id : run);
}

/* The newest first; without the store there are none. */
static void sessions(struct console *c, struct words_menu *menu)
{
    struct store *store = NULL;

    if (c->keep && console_keep_store(c, &store, NULL) == TD_OK)
        (void)!store_list(store, SESSIONS_MAX, offer_session, menu, NULL);
}

static const struct {
    const char *thing;
    void (*offer)(struct console *c, struct words_menu *menu);
} things[] = {
    {"task", tasks},         {"failed", failed},        {"approval", approvals},
    {"artifact", artifacts}, {"execution", executions}, {"file", files},
    {"going", going},        {"session", sessions},
};

void console_things(void *ctx, const char *thing, struct words_menu *menu)
{
    for (size_t i = 0; i < sizeof(things) / sizeof(things[0]); i++)
        if (!strcmp(things[i].thing, thing))
            things[i].offer(ctx, menu);
}
