/* Answers from tapes: found by key and by what is asked, and what a miss says.
 */
#include "core/json.h"
#include "orchestrator/provider/recording.h"
#include "orchestrator/provider/replay.h"
#include "tests/suites.h"
#include "tests/support/attempt_scene.h"
#include "tests/support/tapes.h"

#include <stdio.h>

#define DELTA(text) "{\"choices\":[{\"delta\":{\"content\":\"" text "\"}}]}"
#define WITH(prompt, more)                                                     \
    "{\"prompt\":\"" prompt "\",\"model\":\"small\"" more "}"

static char tape[512];

static void put(struct tape_writer *w, uint32_t conn, const char *name,
                struct td_bytes payload)
{
    const struct td_event ev = {
        .conn = conn,
        .form = td_json_suits_line(payload) ? TD_FORM_JSON : TD_FORM_TEXT,
        .kind = td_text(PROV_STREAM_KIND),
        .name = td_text(name),
        .payload = payload};

    CU_ASSERT_EQUAL(tape_writer_put(w, &ev, NULL), TD_OK);
}

static void ask(struct tape_writer *w, uint32_t conn, const char *key,
                const char *with)
{
    struct plan_task task = {.id = conn == 9 ? "notes" : "other", .with = with};
    struct prov_job job = {.task = &task, .attempt = 1, .key = key};
    struct plan_ask asked = {0};
    struct prov_parts parts;
    struct td_buf text = {0};

    task.outputs = (struct plan_words){(const char *[]){"a", NULL}, 1};
    CU_ASSERT_EQUAL_FATAL(prov_ask_of(&asked, &task, NULL, false, NULL), TD_OK);
    prov_parts_of(&parts, &asked);
    CU_ASSERT_EQUAL(prov_recording_put(&text, &job, &parts), TD_OK);
    put(w, conn, "request", td_buf_bytes(&text));
    td_buf_release(&text);
    plan_ask_release(&asked);
}

static void say(struct tape_writer *w, uint32_t conn, const char *text)
{
    put(w, conn, "message", td_text(text));
}

/* Two tasks at a time; an answer that broke off; one that was not streamed. */
static void make_tape(void)
{
    struct tape_options options = test_tape_options();
    struct tape_writer *w;

    (void)snprintf(tape, sizeof(tape), "%s", test_path("answers.tape.gz"));
    CU_ASSERT_EQUAL_FATAL(tape_writer_open(&w, tape, &options, NULL), TD_OK);
    say(w, 9, DELTA("to no question"));
    ask(w, 9, "k1", WITH("one", ""));
    ask(w, 3, "k3", WITH("three", ""));
    say(w, 9, DELTA("o"));
    say(w, 3, DELTA("thr"));
    say(w, 9, DELTA("ne"));
    say(w, 3, DELTA("ee"));
    say(w, 3, "[DONE]");
    say(w, 9, "[DONE]");
    ask(w, 9, "k2", WITH("two", ""));
    say(w, 9, DELTA("half"));
    ask(w, 9, "k2", WITH("two", ""));
    put(w, 9, "answer",
        td_text("{\"choices\":[{\"message\":{\"content\":\"two\"}}],"
                "\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":6}}"));
    ask(w, 9, "k4", WITH("four", ""));
    say(w, 9, DELTA("broken off"));
    CU_ASSERT_EQUAL(tape_writer_close(w, TAPE_END_CLEAN, NULL, NULL), TD_OK);
}

#define M "stream message\n"

static const struct {
    const char *key;
    const char *with;
    const char *told;
    const char *text; /* that was put, or why not */
} rows[] = {
    {"k1", WITH("one", ""), M M M "put NOTES.md 3\nartifact NOTES.md\nok\n",
     "one"},
    {"k1", WITH("changed, by key", ""),
     M M M "put NOTES.md 3\nartifact NOTES.md\nok\n", "one"},
    {"", WITH("one", ""), M M M "put NOTES.md 3\nartifact NOTES.md\nok\n",
     "one"},
    {"other", WITH("three", ""),
     M M M "put NOTES.md 5\nartifact NOTES.md\nok\n", "three"},
    {"k2", WITH("two", ""),
     "stream answer\nput NOTES.md 3\nartifact NOTES.md\n"
     "usage 5 6 $0.0000\nok\n",
     "two"},
    {"k4", WITH("four", ""), "not_recorded\n",
     "not_recorded: notes, nearest differs in with.prompt"},
    {"", WITH("one", ",\"max_tokens\":5"), "not_recorded\n",
     "not_recorded: notes, nearest differs in with.max_tokens"},
    {"", "{\"prompt_file\":\"n.md\",\"system\":\"s\",\"model\":\"small\"}",
     "not_recorded\n",
     "not_recorded: notes, nearest differs in with.prompt, with.prompt_file, "
     "with.system"},
};

static void questions(void)
{
    make_tape();
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct attempt_scene scene;
        struct provider provider;
        const char *text;

        attempt_scene_open(&scene, rows[i].with);
        attempt_scene_file(&scene, "n.md", "From a file.");
        scene.job.key = rows[i].key;
        provider = prov_replay(scene.net, tape, NULL);
        CU_ASSERT_EQUAL(attempt_scene_run(&scene, &provider, NULL), TD_OK);
        CU_ASSERT_TRUE(attempt_scene_told(&scene, rows[i].with, rows[i].told));
        text = scene.end.ok ? td_buf_str(&scene.text) : scene.end.text;
        CU_ASSERT_STRING_EQUAL(text, rows[i].text);
        provider.ops->close(provider.self);
        attempt_scene_close(&scene);
    }
}

static void tapes(void)
{
    struct attempt_scene scene;
    struct provider provider;
    struct td_error err;

    attempt_scene_open(&scene, WITH("one", ",\"tape\":\"none.tape\""));
    provider = prov_replay(scene.net, NULL, NULL);
    CU_ASSERT_EQUAL(attempt_scene_run(&scene, &provider, NULL), TD_OK);
    CU_ASSERT_TRUE(
        attempt_scene_told(&scene, "no tape", "infrastructure_error\n"));
    scene.task.with = WITH("one", "");
    CU_ASSERT_EQUAL(attempt_scene_run(&scene, &provider, &err), TD_USAGE);
    CU_ASSERT_STRING_EQUAL(err.text, "no tape is named");
    provider.ops->close(provider.self);
    attempt_scene_close(&scene);
}

CU_TestInfo orchestrator_provider_replay_tests[] = {
    {"questions", questions},
    {"tapes", tapes},
    CU_TEST_INFO_NULL,
};
