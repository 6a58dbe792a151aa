/* A whole recording in one process: a file of lines, a virtual clock, a tape.
 */
#include "recorder/recorder.h"
#include "recorder/source.h"
#include "tape/reader.h"
#include "tests/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define START_NS UINT64_C(5000000000)
#define WALL_NS  UINT64_C(1700000000000000000)

struct scene {
    char dir[32];
    struct td_buf tape; /* its path */
    struct td_clock clock;
    struct wire_net *net;
    struct rec_recorder *rec;
    struct rec_result result;
    bool done;
};

static void on_done(void *ctx)
{
    struct scene *scene = ctx;

    scene->done = true;
}

static void set_up(struct scene *scene, struct rec_options *options)
{
    *scene = (struct scene){.dir = "/tmp/td_recorder_XXXXXX"};
    CU_ASSERT_FATAL(mkdtemp(scene->dir) != NULL);
    td_buf_addf(&scene->tape, "%s/t.tape.gz", scene->dir);
    td_clock_virtual(&scene->clock, START_NS, WALL_NS);
    scene->net = wire_mem_open(&scene->clock, 0);
    options->output.path = td_buf_str(&scene->tape);
    options->output.tape.clock = &scene->clock;
    options->output.tape.one_thread = true;
    options->done = on_done;
    options->ctx = scene;
    CU_ASSERT_EQUAL_FATAL(rec_open(&scene->rec, scene->net, options, NULL),
                          TD_OK);
}

/* A source of these lines. */
static void add_lines(struct scene *scene, const char *text)
{
    char path[64];
    int fd;

    (void)snprintf(path, sizeof(path), "%s/XXXXXX", scene->dir);
    fd = mkstemp(path);
    CU_ASSERT_FATAL(fd >= 0);
    (void)unlink(path);
    CU_ASSERT_EQUAL(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    CU_ASSERT_EQUAL(lseek(fd, 0, SEEK_SET), 0);
    CU_ASSERT_EQUAL(rec_source_lines(scene->rec, fd, 0, NULL), TD_OK);
}

static enum td_code finish(struct scene *scene)
{
    while (!scene->done && wire_mem_turn(scene->net))
        continue;
    CU_ASSERT_TRUE(scene->done);
    return rec_close(scene->rec, &scene->result, NULL);
}

static void tear_down(struct scene *scene)
{
    wire_net_close(scene->net);
    (void)unlink(td_buf_str(&scene->tape));
    (void)rmdir(scene->dir);
    td_buf_release(&scene->tape);
    td_buf_release(&scene->result.path);
}

/* "c kind name payload" of every event, one a line. */
static void read_tape(struct scene *scene, struct td_buf *out)
{
    static const struct tape_read_options how = {0};
    struct tape_reader *reader = NULL;
    struct td_event ev;

    CU_ASSERT_EQUAL_FATAL(
        tape_reader_open(&reader, td_buf_str(&scene->tape), &how, NULL), TD_OK);
    while (tape_reader_next(reader, &ev, NULL) == TD_OK) {
        td_buf_addf(out, "%u ", ev.conn);
        td_buf_add_bytes(out, ev.kind);
        td_buf_add_byte(out, ' ');
        td_buf_add_bytes(out, ev.name);
        td_buf_add_byte(out, ' ');
        td_buf_add_bytes(out, ev.payload);
        td_buf_add_byte(out, '\n');
    }
    CU_ASSERT_TRUE(tape_reader_state(reader).ended);
    tape_reader_close(reader);
}

static void sources_share_one_tape(void)
{
    struct rec_options options = {0};
    struct scene scene;
    struct td_buf seen = {0};

    set_up(&scene, &options);
    add_lines(&scene, "{\"type\":\"a\"}\n");
    add_lines(&scene, "2\n3");
    CU_ASSERT_EQUAL(finish(&scene), TD_OK);
    CU_ASSERT_EQUAL(scene.result.stop, REC_STOP_SOURCES);
    CU_ASSERT_EQUAL(scene.result.stats.events, 3);
    CU_ASSERT_EQUAL(scene.result.stats.conns, 2);
    CU_ASSERT_TRUE(scene.result.kept);
    read_tape(&scene, &seen);
    CU_ASSERT_STRING_EQUAL(
        td_buf_str(&seen),
        "1 open  {\"source\":\"-\"}\n"
        "2 open  {\"source\":\"-\"}\n"
        "1  a {\"type\":\"a\"}\n"
        "2   2\n"
        "1 close  {\"reason\":\"end of input\"}\n"
        "2   3\n"
        "2 close  {\"reason\":\"end of input\",\"partial_line\":true}\n");
    td_buf_release(&seen);
    tear_down(&scene);
}

static void the_event_that_ends_it_is_the_last(void)
{
    static const char *const until[] = {"done", NULL};
    static const struct {
        struct rec_limits limits;
        enum rec_stop stop;
        uint64_t events;
    } rows[] = {
        {{.until = until}, REC_STOP_UNTIL, 2},
        {{.max_events = 1}, REC_STOP_EVENTS, 1},
        {{.max_events = 3}, REC_STOP_EVENTS, 3},
        {{.max_events = 4}, REC_STOP_SOURCES, 3},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rec_options options = {.limits = rows[i].limits};
        struct scene scene;

        set_up(&scene, &options);
        add_lines(&scene, "1\n{\"type\":\"done\"}\n3\n");
        CU_ASSERT_EQUAL(finish(&scene), TD_OK);
        CU_ASSERT_EQUAL(scene.result.stop, rows[i].stop);
        CU_ASSERT_EQUAL(scene.result.stats.events, rows[i].events);
        tear_down(&scene);
    }
}

/* A source that says nothing: only time and the owner can end it. */
struct silent {
    struct rec_source base;
    unsigned stops;
    bool stubborn;
};

static void silent_pause(struct rec_source *source, bool paused)
{
    (void)source;
    (void)paused;
}

static void silent_stop(struct rec_source *source)
{
    struct silent *silent = (struct silent *)source;

    silent->stops++;
    if (!silent->stubborn)
        rec_source_over(source, NULL);
}

static void silent_free(struct rec_source *source)
{
    (void)source;
}

static const struct rec_source_ops silent_ops = {
    .pause = silent_pause, .stop = silent_stop, .free = silent_free};

static void silence_ends_at_its_time(void)
{
    static const struct {
        struct rec_limits limits;
        enum rec_stop stop;
        uint64_t after_ns;
        bool stubborn;
    } rows[] = {
        {{.idle_ns = 3 * TD_NS_PER_S},
         REC_STOP_IDLE,
         3 * TD_NS_PER_S + 1, /* a look at what waits to be read */
         false},
        {{.max_ns = 7}, REC_STOP_DURATION, 7, false},
        {{.max_ns = TD_NS_PER_S}, REC_STOP_DURATION, 3 * TD_NS_PER_S, true},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rec_options options = {.limits = rows[i].limits};
        struct silent silent = {.base.ops = &silent_ops,
                                .stubborn = rows[i].stubborn};
        struct scene scene;

        set_up(&scene, &options);
        rec_source_add(scene.rec, &silent.base);
        CU_ASSERT_EQUAL(finish(&scene), TD_OK);
        CU_ASSERT_EQUAL(silent.stops, 1);
        CU_ASSERT_EQUAL(scene.result.stop, rows[i].stop);
        CU_ASSERT_EQUAL(scene.result.stats.elapsed_ns, rows[i].after_ns);
        tear_down(&scene);
    }
}

/* A source whose event comes with the turn in which its time is over, behind
 * the recorder's own timer.
 */
struct late {
    struct silent silent;
    struct wire_net *net;
    struct wire_timer timer;
    uint64_t at_ns;
};

static void late_speaks(void *ctx)
{
    struct late *late = ctx;
    struct td_event ev = {.at_ns = late->at_ns - START_NS,
                          .dir = TD_DIR_OUT,
                          .form = TD_FORM_TEXT,
                          .payload = td_text("late")};

    if (wire_now(late->net) < late->at_ns)
        wire_timer_set(late->net, &late->timer, late->at_ns);
    else
        CU_ASSERT_EQUAL(td_sink_put(late->silent.base.sink, &ev, NULL), TD_OK);
}

static void what_waits_is_read_before_silence_ends_it(void)
{
    struct rec_options options = {.limits = {.idle_ns = 3 * TD_NS_PER_S}};
    struct late late = {.silent = {.base.ops = &silent_ops},
                        .timer = {.fire = late_speaks, .ctx = &late},
                        .at_ns = START_NS + 3 * TD_NS_PER_S};
    struct scene scene;

    set_up(&scene, &options);
    late.net = scene.net;
    wire_timer_set(scene.net, &late.timer, late.at_ns - 1);
    rec_source_add(scene.rec, &late.silent.base);
    CU_ASSERT_EQUAL(finish(&scene), TD_OK);
    CU_ASSERT_EQUAL(scene.result.stats.events, 1);
    CU_ASSERT_EQUAL(scene.result.stop, REC_STOP_IDLE);
    CU_ASSERT_EQUAL(scene.result.stats.elapsed_ns, 6 * TD_NS_PER_S + 1);
    tear_down(&scene);
}

static void a_failed_source_leaves_a_file_only_if_it_spoke(void)
{
    for (int spoke = 0; spoke < 2; spoke++) {
        struct rec_options options = {0};
        struct silent silent = {.base.ops = &silent_ops};
        struct td_error why = {.code = TD_IO, .text = "refused"};
        struct scene scene;

        set_up(&scene, &options);
        rec_source_add(scene.rec, &silent.base);
        if (spoke)
            rec_source_say(&silent.base, TD_KIND_OPEN, td_text("{}"));
        rec_source_say(&silent.base, TD_KIND_CLOSE, td_text("{}"));
        rec_source_over(&silent.base, &why);
        CU_ASSERT_EQUAL(finish(&scene), TD_IO);
        CU_ASSERT_EQUAL(scene.result.kept, spoke);
        CU_ASSERT_EQUAL(access(td_buf_str(&scene.tape), F_OK) == 0, spoke);
        tear_down(&scene);
    }
}

static void what_is_not_wanted_any_more_is_not_taken(void)
{
    struct rec_options options = {.limits = {.max_events = 1}};
    struct silent silent = {.base.ops = &silent_ops};
    struct td_event ev = {
        .dir = TD_DIR_OUT, .form = TD_FORM_TEXT, .payload = td_text("1")};
    struct scene scene;

    set_up(&scene, &options);
    rec_source_add(scene.rec, &silent.base);
    CU_ASSERT_EQUAL(td_sink_put(silent.base.sink, &ev, NULL), TD_OK);
    CU_ASSERT_EQUAL(td_sink_put(silent.base.sink, &ev, NULL), TD_END);
    CU_ASSERT_EQUAL(finish(&scene), TD_OK);
    CU_ASSERT_EQUAL(scene.result.stats.events, 1);
    tear_down(&scene);
}

static void a_snapshot_holds_the_last_seconds(void)
{
    struct rec_options options = {.snapshot_ns = 10 * TD_NS_PER_S};
    struct silent silent = {.base.ops = &silent_ops};
    struct scene scene;
    struct td_buf seen = {0};

    set_up(&scene, &options);
    rec_source_add(scene.rec, &silent.base);
    for (int i = 0; i < 20; i++) {
        char text[16];
        struct td_event ev = {.dir = TD_DIR_OUT, .form = TD_FORM_TEXT};

        (void)snprintf(text, sizeof(text), "%d", i);
        ev.payload = td_text(text);
        CU_ASSERT_EQUAL(td_sink_put(silent.base.sink, &ev, NULL), TD_OK);
        td_clock_advance(&scene.clock, 4 * TD_NS_PER_S);
        (void)wire_mem_turn(scene.net);
    }
    rec_source_over(&silent.base, NULL);
    CU_ASSERT_EQUAL(finish(&scene), TD_OK);
    read_tape(&scene, &seen);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&seen), "1   17\n1   18\n1   19\n");
    td_buf_release(&seen);
    tear_down(&scene);
}

static void files_of_a_row_are_numbered(void)
{
    static const struct {
        const char *path;
        unsigned n;
        const char *part;
    } rows[] = {
        {"run.tape.gz", 1, "run.0001.tape.gz"},
        {"a.b/run.gz", 12, "a.b/run.0012.gz"},
        {"a.tape.gz/run", 9999, "a.tape.gz/run.9999"},
        {".tape.gz", 10000, ".tape.10000.gz"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_buf part = {0};

        rec_output_part(&part, rows[i].path, rows[i].n);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&part), rows[i].part);
        td_buf_release(&part);
    }
}

CU_TestInfo recorder_recorder_tests[] = {
    {"sources share one tape", sources_share_one_tape},
    {"the event that ends it is the last", the_event_that_ends_it_is_the_last},
    {"silence ends at its time", silence_ends_at_its_time},
    {"what waits is read before silence ends it",
     what_waits_is_read_before_silence_ends_it},
    {"a failed source leaves a file only if it spoke",
     a_failed_source_leaves_a_file_only_if_it_spoke},
    {"what is not wanted any more is not taken",
     what_is_not_wanted_any_more_is_not_taken},
    {"a snapshot holds the last seconds", a_snapshot_holds_the_last_seconds},
    {"files of a row are numbered", files_of_a_row_are_numbered},
    CU_TEST_INFO_NULL,
};
