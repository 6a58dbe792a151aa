/* What consoles remember, against a file of its own. */
#include "console/store/store.h"
#include "tests/support/tapes.h"

#include <CUnit/CUnit.h>

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define START_S  UINT64_C(1795893450) /* 2026-11-28T19:17:30Z */
#define DAY_MS   (INT64_C(24) * 60 * 60 * 1000)

struct scene {
    char dir[256];
    char path[300];
    struct td_clock clock;
    struct td_rand rand;
    struct store *store;
    struct td_error err;
    struct td_buf told;
};

static enum td_code reopen(struct scene *s)
{
    const struct store_options options = {
        .path = s->path, .clock = &s->clock, .rand = &s->rand};

    store_close(s->store);
    s->err = (struct td_error){0};
    return store_open(&s->store, &options, &s->err);
}

static void set_up(struct scene *s)
{
    static int scenes;
    char name[32];

    *s = (struct scene){0};
    (void)snprintf(name, sizeof(name), "store%d", ++scenes);
    (void)snprintf(s->dir, sizeof(s->dir), "%s", test_path(name));
    (void)snprintf(s->path, sizeof(s->path), "%s/in/side/console.db", s->dir);
    td_clock_virtual(&s->clock, 0, START_S * TD_NS_PER_S);
    td_rand_seeded(&s->rand, 7);
    CU_ASSERT_EQUAL_FATAL(reopen(s), TD_OK);
}

static void tear_down(struct scene *s)
{
    store_close(s->store);
    td_buf_release(&s->told);
}

static void create(struct scene *s, char id[STORE_ID_SIZE], const char *name)
{
    const struct store_session as = {
        .id = id, .name = name, .dir = "/w", .source = "sio://h:1/"};

    store_id(s->store, id);
    CU_ASSERT_EQUAL(store_create(s->store, &as, &s->err), TD_OK);
}

static int64_t began(struct scene *s, const char *id, const char *line)
{
    int64_t row = 0;

    CU_ASSERT_EQUAL(
        store_began(s->store, id, td_text(line), "{}", &row, &s->err), TD_OK);
    return row;
}

static void put_session(void *ctx, const struct store_session *row)
{
    struct scene *s = ctx;

    (void)td_buf_addf(&s->told, "%s %s %s %s %s %" PRIu64 " %s %" PRIu64 "%s\n",
                      row->id, row->name, row->dir, row->source, row->execution,
                      row->seq, row->status, row->commands,
                      row->ours    ? " ours"
                      : row->owner ? " open"
                                   : "");
}

static void put_command(void *ctx, const struct store_command *row)
{
    struct scene *s = ctx;

    (void)td_buf_addf(&s->told, "%s|%s|%d|%" PRId64 "|%.*s|%" PRIu64 "\n",
                      row->line, row->status, row->exit, row->took_ms,
                      (int)(row->output.len > 9 ? 9 : row->output.len),
                      (const char *)row->output.ptr, row->cut);
}

static void told_is(struct scene *s, const char *expected)
{
    CU_ASSERT_STRING_EQUAL(td_buf_str(&s->told), expected);
    td_buf_clear(&s->told);
}

static void by_hand(struct scene *s, const char *sql)
{
    sqlite3 *db = NULL;

    CU_ASSERT_EQUAL(sqlite3_open(s->path, &db), SQLITE_OK);
    CU_ASSERT_EQUAL(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    CU_ASSERT_EQUAL(sqlite3_close(db), SQLITE_OK);
}

/* ---- */

static void secrets_are_not_kept(void)
{
    static const struct {
        const char *line;
        bool keep;
    } rows[] = {
        {"show status", true},
        {"show tokens", true},
        {"config tokens.prices", true},
        {"execute --budget-tokens=900 plan.yaml", true},
        {"config token-file own/t", true},
        {"logs --query key", true},
        {"session load 4f2a", true},
        {"", false},
        {" show status", false},
        {"\tshow status", false},
        {"spec my TOKEN is abc", false},
        {"execute --token abc", false},
        {"execute --api-key=abc", false},
        {"run \"password: hunter2\"", false},
        {"spec 'Secret=1'", false},
        {"logs --query Authorization:x", false},
        {"spec use pwd=1", false},
        {"spec 'key=1'", false},
        {"token-filefoo x", false},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        if (store_may_keep(td_text(rows[i].line)) != rows[i].keep)
            printf("\n    %s\n", rows[i].line);
        CU_ASSERT_EQUAL(store_may_keep(td_text(rows[i].line)), rows[i].keep);
    }
}

static void sessions_are_made_and_found(void)
{
    struct scene s;
    char a[STORE_ID_SIZE];
    char b[STORE_ID_SIZE];
    char found[STORE_ID_SIZE];

    set_up(&s);
    create(&s, a, "");
    CU_ASSERT_EQUAL(strncmp(a, "20261128_191730_", 16), 0);
    td_clock_advance(&s.clock, TD_NS_PER_S);
    create(&s, b, "shop");
    CU_ASSERT_EQUAL(store_find(s.store, a + 16, found, &s.err), TD_OK);
    CU_ASSERT_STRING_EQUAL(found, a);
    CU_ASSERT_EQUAL(store_find(s.store, "shop", found, &s.err), TD_OK);
    CU_ASSERT_STRING_EQUAL(found, b);
    CU_ASSERT_EQUAL(store_find(s.store, "2026", found, &s.err), TD_USAGE);
    CU_ASSERT_PTR_NOT_NULL(strstr(s.err.text, "2 sessions are meant by"));
    CU_ASSERT_EQUAL(store_find(s.store, "zz", found, &s.err), TD_USAGE);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(s.err.text, "no session \"zz\"; newest: 20261128_191731_"));
    CU_ASSERT_EQUAL(store_find(s.store, "", found, &s.err), TD_USAGE);
    CU_ASSERT_EQUAL(store_rename(s.store, a, "b", &s.err), TD_OK);
    CU_ASSERT_EQUAL(store_find(s.store, "b", found, &s.err), TD_OK);
    CU_ASSERT_STRING_EQUAL(found, a);
    tear_down(&s);
}

static void a_url_is_kept_without_its_secrets(void)
{
    struct scene s;
    char id[STORE_ID_SIZE];
    char found[STORE_ID_SIZE];
    struct store_session as = {
        .id = id, .dir = "/w", .source = "sio://me:pw@h:1/x?token=abc"};

    set_up(&s);
    store_id(s.store, id);
    CU_ASSERT_EQUAL(store_create(s.store, &as, &s.err), TD_OK);
    CU_ASSERT_EQUAL(store_look(s.store, id, put_session, &s, &s.err), TD_OK);
    CU_ASSERT_PTR_NOT_NULL(strstr(td_buf_str(&s.told), " /w sio://h:1/x  0 "));
    CU_ASSERT_EQUAL(store_newest(s.store, "/w", as.source, found, &s.err),
                    TD_END); /* it is open, here */
    CU_ASSERT_EQUAL(store_leave(s.store, id, &s.err), TD_OK);
    CU_ASSERT_EQUAL(store_newest(s.store, "/w", as.source, found, &s.err),
                    TD_OK);
    CU_ASSERT_STRING_EQUAL(found, id);
    CU_ASSERT_EQUAL(store_newest(s.store, "/v", as.source, found, &s.err),
                    TD_END);
    tear_down(&s);
}

static void commands_are_kept(void)
{
    static uint8_t many[STORE_OUTPUT_MAX + 10];
    struct scene s;
    char id[STORE_ID_SIZE];
    int64_t row;
    struct store_end end = {
        .status = "failed", .exit = 2, .took_ms = 5, .output = td_text("why")};

    set_up(&s);
    create(&s, id, "");
    row = began(&s, id, "show status");
    CU_ASSERT_EQUAL(store_commands(s.store, id, 9, put_command, &s, &s.err),
                    TD_OK);
    told_is(&s, "show status|running|0|-1||0\n");
    CU_ASSERT_EQUAL(store_ended(s.store, row, &end, &s.err), TD_OK);
    row = began(&s, id, "logs");
    memset(many, 'x', sizeof(many));
    memcpy(many + STORE_OUTPUT_MAX - 1, "\xc3\xbc", 2); /* is not parted */
    end = (struct store_end){.status = "ok",
                             .output = td_bytes(many, sizeof(many))};
    CU_ASSERT_EQUAL(store_ended(s.store, row, &end, &s.err), TD_OK);
    (void)began(&s, id, "plan");
    CU_ASSERT_EQUAL(store_commands(s.store, id, 9, put_command, &s, &s.err),
                    TD_OK);
    told_is(&s, "show status|failed|2|5|why|0\n"
                "logs|ok|0|0|xxxxxxxxx|11\n"
                "plan|running|0|-1||0\n");
    CU_ASSERT_EQUAL(store_commands(s.store, NULL, 1, put_command, &s, &s.err),
                    TD_OK);
    told_is(&s, "plan|running|0|-1||0\n");
    CU_ASSERT_EQUAL(store_delete(s.store, id, &s.err), TD_OK);
    CU_ASSERT_EQUAL(store_commands(s.store, NULL, 9, put_command, &s, &s.err),
                    TD_OK);
    told_is(&s, "");
    tear_down(&s);
}

static void progress_is_saved(void)
{
    struct scene s;
    char id[STORE_ID_SIZE];
    char line[128];
    const struct store_progress p = {
        .execution = "x7", .seq = 403, .status = "running", .state = "{}"};

    set_up(&s);
    create(&s, id, "n");
    CU_ASSERT_EQUAL(store_save(s.store, id, &p, &s.err), TD_OK);
    CU_ASSERT_EQUAL(store_save(s.store, id, &p, &s.err), TD_OK);
    CU_ASSERT_EQUAL(reopen(&s), TD_OK);
    CU_ASSERT_EQUAL(store_list(s.store, 9, put_session, &s, &s.err), TD_OK);
    (void)snprintf(line, sizeof(line), "%s n /w sio://h:1/ x7 403 running 0\n",
                   id);
    told_is(&s, line);
    tear_down(&s);
}

/* A child has a session open, is asked about, and is killed. */
static void one_writer_and_what_it_leaves(void)
{
    struct scene s;
    char id[STORE_ID_SIZE];
    char expected[64];
    int said[2];
    uint64_t gone = 0;
    pid_t child;

    set_up(&s);
    create(&s, id, "");
    CU_ASSERT_EQUAL(store_leave(s.store, id, &s.err), TD_OK);
    store_close(s.store);
    s.store = NULL;
    CU_ASSERT_EQUAL_FATAL(pipe(said), 0);
    child = fork();
    if (child == 0) {
        bool ok = reopen(&s) == TD_OK &&
                  store_take(s.store, id, &s.err) == TD_OK &&
                  began(&s, id, "execute a.yaml") > 0;

        (void)!write(said[1], ok ? "y" : "n", 1);
        for (;;)
            (void)pause();
    }
    CU_ASSERT_EQUAL(read(said[0], expected, 1), 1);
    CU_ASSERT_EQUAL(expected[0], 'y');
    CU_ASSERT_EQUAL(reopen(&s), TD_OK);
    (void)snprintf(expected, sizeof(expected), "is open in process %ld",
                   (long)child);
    CU_ASSERT_EQUAL(store_take(s.store, id, &s.err), TD_FAILED);
    CU_ASSERT_PTR_NOT_NULL(strstr(s.err.text, expected));
    CU_ASSERT_EQUAL(store_delete(s.store, id, &s.err), TD_FAILED);
    td_clock_advance(&s.clock, UINT64_C(40) * DAY_MS * TD_NS_PER_MS);
    CU_ASSERT_EQUAL(store_tidy(s.store, 30 * DAY_MS, 100, &gone, &s.err),
                    TD_OK);
    CU_ASSERT_EQUAL(gone, 0);
    CU_ASSERT_EQUAL(kill(child, SIGKILL), 0);
    CU_ASSERT_EQUAL(waitpid(child, NULL, 0), child);
    CU_ASSERT_EQUAL(store_take(s.store, id, &s.err), TD_OK);
    CU_ASSERT_EQUAL(store_commands(s.store, id, 9, put_command, &s, &s.err),
                    TD_OK);
    told_is(&s, "execute a.yaml|lost|0|-1||0\n");
    (void)close(said[0]);
    (void)close(said[1]);
    tear_down(&s);
}

static void old_sessions_go(void)
{
    struct scene s;
    char ids[4][STORE_ID_SIZE];
    uint64_t gone = 0;

    set_up(&s);
    for (size_t i = 0; i < 3; i++) {
        create(&s, ids[i], "");
        CU_ASSERT_EQUAL(store_leave(s.store, ids[i], &s.err), TD_OK);
    }
    td_clock_advance(&s.clock, UINT64_C(31) * DAY_MS * TD_NS_PER_MS);
    create(&s, ids[3], "kept");
    CU_ASSERT_EQUAL(store_tidy(s.store, 30 * DAY_MS, 2, &gone, &s.err), TD_OK);
    CU_ASSERT_EQUAL(gone, 2);
    CU_ASSERT_EQUAL(store_tidy(s.store, 30 * DAY_MS, 2, &gone, &s.err), TD_OK);
    CU_ASSERT_EQUAL(gone, 1);
    CU_ASSERT_EQUAL(store_tidy(s.store, 30 * DAY_MS, 2, &gone, &s.err), TD_OK);
    CU_ASSERT_EQUAL(gone, 0);
    tear_down(&s);
}

static void it_is_for_its_user_alone(void)
{
    static const char *const names[] = {"", "-wal", "-shm", ".lock"};
    struct scene s;
    char id[STORE_ID_SIZE];
    char path[320];
    struct stat st;

    set_up(&s);
    create(&s, id, "");
    for (size_t i = 0; i < COUNT(names); i++) {
        (void)snprintf(path, sizeof(path), "%s%s", s.path, names[i]);
        CU_ASSERT_EQUAL(stat(path, &st), 0);
        CU_ASSERT_EQUAL(st.st_mode & 07777, 0600);
    }
    (void)snprintf(path, sizeof(path), "%s/in/side", s.dir);
    CU_ASSERT_EQUAL(stat(path, &st), 0);
    CU_ASSERT_EQUAL(st.st_mode & 07777, 0700);
    store_close(s.store);
    s.store = NULL;
    CU_ASSERT_EQUAL(chmod(s.path, 0644), 0);
    CU_ASSERT_EQUAL(reopen(&s), TD_OK);
    CU_ASSERT_EQUAL(stat(s.path, &st), 0);
    CU_ASSERT_EQUAL(st.st_mode & 07777, 0600);
    tear_down(&s);
}

static void what_is_not_ours_stays(void)
{
    static const struct {
        const char *sql;
        const char *text;
    } rows[] = {
        {"PRAGMA user_version = 3",
         "session store is version 3, this console knows 1"},
        {"PRAGMA user_version = 0",
         "session store: the file is one of another program"},
    };
    struct scene s;

    set_up(&s);
    for (size_t i = 0; i < COUNT(rows); i++) {
        store_close(s.store);
        s.store = NULL;
        by_hand(&s, rows[i].sql);
        CU_ASSERT_EQUAL(reopen(&s), TD_FORMAT);
        CU_ASSERT_STRING_EQUAL(s.err.text, rows[i].text);
        CU_ASSERT_PTR_NULL(s.store);
        by_hand(&s, "PRAGMA user_version = 1");
        CU_ASSERT_EQUAL(reopen(&s), TD_OK);
    }
    tear_down(&s);
}

static void spoil(struct scene *s)
{
    FILE *f = fopen(s->path, "w");

    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    for (int i = 0; i < 5000; i++)
        (void)fputs("garbage ", f);
    CU_ASSERT_EQUAL(fclose(f), 0);
}

static void a_broken_file_is_set_aside(void)
{
    struct scene s;
    char path[320];
    int lock;

    set_up(&s);
    store_close(s.store);
    s.store = NULL;
    spoil(&s);
    CU_ASSERT_EQUAL(reopen(&s), TD_OK);
    CU_ASSERT_PTR_NOT_NULL(strstr(store_note(s.store), "was broken"));
    (void)snprintf(path, sizeof(path), "%s.broken", s.path);
    CU_ASSERT_EQUAL(access(path, F_OK), 0);
    /* Not while another console has it. */
    store_close(s.store);
    s.store = NULL;
    spoil(&s);
    (void)snprintf(path, sizeof(path), "%s.lock", s.path);
    lock = open(path, O_RDWR | O_CLOEXEC);
    CU_ASSERT_EQUAL(flock(lock, LOCK_SH), 0);
    CU_ASSERT_EQUAL(reopen(&s), TD_FORMAT);
    CU_ASSERT_STRING_EQUAL(s.err.text, "session store: the file is broken");
    CU_ASSERT_EQUAL(access(s.path, F_OK), 0);
    (void)close(lock);
    tear_down(&s);
}

static void no_place_is_said(void)
{
    struct store *store = NULL;
    struct td_error err = {0};
    struct td_rand rand;
    struct store_options options = {.path = "/proc/nothing/console.db",
                                    .clock = td_clock_real(),
                                    .rand = &rand};

    td_rand_seeded(&rand, 1);
    CU_ASSERT_EQUAL(store_open(&store, &options, &err), TD_IO);
    CU_ASSERT_PTR_NULL(store);
    CU_ASSERT_STRING_EQUAL(
        err.text,
        "session store: cannot be written: No such file or directory");
}

CU_TestInfo console_store_store_tests[] = {
    {"secrets are not kept", secrets_are_not_kept},
    {"sessions are made and found", sessions_are_made_and_found},
    {"a URL is kept without its secrets", a_url_is_kept_without_its_secrets},
    {"commands are kept", commands_are_kept},
    {"progress is saved", progress_is_saved},
    {"one writer, and what it leaves", one_writer_and_what_it_leaves},
    {"old sessions go", old_sessions_go},
    {"it is for its user alone", it_is_for_its_user_alone},
    {"what is not ours stays", what_is_not_ours_stays},
    {"a broken file is set aside", a_broken_file_is_set_aside},
    {"no place is said", no_place_is_said},
    CU_TEST_INFO_NULL,
};
