/* What every provider owes: `ended` exactly once and last, nothing from inside
 * start() or cancel(), and cancel() at each moment, twice. A table of providers
 * and cases; each case is played once to its end, and then again for each thing
 * that was told, where it is cancelled from inside.
 */
#include "orchestrator/provider/openai.h"
#include "orchestrator/provider/processes.h"
#include "orchestrator/provider/replay.h"
#include "tests/suites.h"
#include "tests/support/attempt_scene.h"
#include "tests/support/model_server.h"
#include "tests/support/tapes.h"

#include <stdio.h>
#include <stdlib.h>

#define WITH "{\"prompt\":\"Say hello.\",\"model\":\"small\"}"
#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
#define PART(text)                                                             \
    "data: {\"choices\":[{\"delta\":{\"content\":\"" text "\"}}]}\n\n"

struct play;

/* A case of a provider. */
struct act {
    const char *name;
    void (*open)(struct play *play);
    const char *with;
    const char *script;             /* of a process */
    struct model_answer answers[2]; /* of a model */
    const char *told;               /* to its end; NULL: it has none */
    unsigned moments;               /* of one that has no end */
};

/* A provider on a stage. */
struct play {
    const struct act *act;
    struct attempt_scene scene;
    struct provider provider;
    struct model_server *server;
    struct prov_config config;
    struct prov_processes *processes;
    char tape[300];
    const char *argv[4];
    unsigned jobs;
    char id[32];
};

static void open_openai(struct play *play)
{
    play->server =
        model_server_open(play->scene.net, play->act->answers, 1, NULL);
    play->config = (struct prov_config){.url = model_server_url(play->server),
                                        .idle_ns = 30 * TD_NS_PER_S};
    CU_ASSERT_EQUAL_FATAL(prov_openai_open(&play->provider, play->scene.net,
                                           &play->config, td_clock_real(),
                                           NULL),
                          TD_OK);
}

/* Record what the server says, and answer with it. */
static void open_replay(struct play *play)
{
    struct tape_options options = test_tape_options();
    const char *with = play->scene.task.with;

    (void)snprintf(play->tape, sizeof(play->tape), "%s/a.tape.gz",
                   play->scene.dir);
    CU_ASSERT_EQUAL_FATAL(
        tape_writer_open(&play->scene.tape, play->tape, &options, NULL), TD_OK);
    open_openai(play);
    play->scene.task.with = WITH;
    CU_ASSERT_EQUAL_FATAL(
        attempt_scene_run(&play->scene, &play->provider, NULL), TD_OK);
    play->scene.task.with = with;
    play->provider.ops->close(play->provider.self);
    CU_ASSERT_EQUAL_FATAL(
        tape_writer_close(play->scene.tape, TAPE_END_CLEAN, NULL, NULL), TD_OK);
    play->scene.tape = NULL;
    play->provider = prov_replay(play->scene.net, play->tape, NULL);
}

static void open_processes(struct play *play, bool talks)
{
    const struct keep_home home = {
        .dir = play->scene.dir, .id = "x7", .linger_ns = 0};
    struct td_error err = {0};

    play->argv[0] = "sh";
    play->argv[1] = "-euc";
    play->argv[2] = play->act->script;
    play->scene.task.run = (struct plan_words){play->argv, 3};
    CU_ASSERT_EQUAL_FATAL(keep_start(&home, &err), TD_OK);
    CU_ASSERT_EQUAL_FATAL(prov_processes_open(&play->processes, play->scene.net,
                                              &home, NULL, NULL, &err),
                          TD_OK);
    play->provider =
        talks ? prov_command(play->processes) : prov_shell(play->processes);
}

static void open_shell(struct play *play)
{
    open_processes(play, false);
}

static void open_command(struct play *play)
{
    open_processes(play, true);
}

static const struct act acts[] = {
    {"openai, good",
     open_openai,
     WITH,
     NULL,
     {{{HEAD PART("Hel"), PART("lo"), "data: [DONE]\n\n", MODEL_CLOSE}}},
     "stream request\nstream message\nstream message\nstream message\n"
     "put NOTES.md 5\nartifact NOTES.md\nusage 3 2 estimated\nok\n",
     0},
    {"openai, no",
     open_openai,
     WITH,
     NULL,
     {{{"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", MODEL_CLOSE}}},
     "stream request\nserver_error\n",
     0},
    {"openai, endless",
     open_openai,
     WITH,
     NULL,
     {{{HEAD PART("Hel"), MODEL_HANG}}},
     NULL,
     3},
    {"openai, silent", open_openai, WITH, NULL, {{{MODEL_HANG}}}, NULL, 1},
    {"replay, good",
     open_replay,
     WITH,
     NULL,
     {{{HEAD PART("Hel")
            PART("lo") "data: {\"usage\":{\"prompt_tokens\":9,"
                       "\"completion_tokens\":2}}\n\ndata: [DONE]\n\n",
        MODEL_CLOSE}}},
     "stream message\nstream message\nstream message\nstream message\n"
     "put NOTES.md 5\nartifact NOTES.md\nusage 9 2 $0.0000\nok\n",
     0},
    {"replay, miss",
     open_replay,
     "{\"prompt\":\"Say no.\",\"model\":\"small\"}",
     NULL,
     {{{HEAD PART("Hel") "data: [DONE]\n\n", MODEL_CLOSE}}},
     "not_recorded\n",
     0},
    {"shell, good",
     open_shell,
     "{}",
     "echo hi >NOTES.md; echo out",
     {{{0}}},
     "spawned\nok\n",
     0},
    {"shell, no",
     open_shell,
     "{}",
     "exit 3",
     {{{0}}},
     "spawned\nexit_status\n",
     0},
    {"shell, killed",
     open_shell,
     "{}",
     "kill -9 $$",
     {{{0}}},
     "spawned\nsignal\n",
     0},
    {"shell, endless",
     open_shell,
     "{}",
     "trap '' TERM; sleep 60 & wait",
     {{{0}}},
     NULL,
     1},
    {"command, good",
     open_command,
     "{\"n\":1}",
     "read -r task; echo '{\"progress\":0.5}'; echo '{\"artifact\":\"a\"}';"
     "echo '{\"usage\":{\"tokens_in\":1,\"cost_usd\":0.5}}';"
     "echo '{\"result\":{}}'",
     {{{0}}},
     "spawned\nprogress 0.50\nartifact a\nusage 1 0 $0.5000\nstream result\n"
     "ok\n",
     0},
    {"command, no",
     open_command,
     "{}",
     "echo '{\"error\":{\"class\":\"rate_limited\",\"retry_after\":2}}'; exit "
     "1",
     {{{0}}},
     "spawned\nrate_limited\n",
     0},
    {"command, endless",
     open_command,
     "{}",
     "echo '{\"progress\":0.5}'; sleep 60",
     {{{0}}},
     NULL,
     3},
};

static void open_play(struct play *play, const struct act *act)
{
    *play = (struct play){.act = act};
    attempt_scene_open(&play->scene, act->with);
    play->scene.task.grace_ns = 200 * TD_NS_PER_MS;
    act->open(play);
}

static void close_play(struct play *play)
{
    play->provider.ops->close(play->provider.self);
    prov_processes_close(play->processes);
    if (play->server)
        model_server_close(play->server);
    attempt_scene_close(&play->scene);
}

static void run(struct play *play, uint32_t cancel_at, bool at_once)
{
    (void)snprintf(play->id, sizeof(play->id), "x7/9/%u", ++play->jobs);
    play->scene.job.id = play->id;
    play->scene.cancel_at = cancel_at;
    play->scene.at_once = at_once;
    CU_ASSERT_EQUAL_FATAL(
        attempt_scene_run(&play->scene, &play->provider, NULL), TD_OK);
}

/* Whether it ended as it must when it was cancelled at that moment. */
static bool is_right(struct play *play, uint32_t moment,
                     const struct prov_end *whole)
{
    const struct attempt_scene *scene = &play->scene;
    bool cancelled = !scene->end.ok && scene->end.fault == PLAN_CANCELLED;
    bool as_it_was =
        whole && scene->end.ok == whole->ok && scene->end.fault == whole->fault;

    if (scene->ended != 1 || scene->wrong || scene->late)
        return false;
    return cancelled || (moment > 0 && as_it_was);
}

static void cancel_at_each(struct play *play, uint32_t moments,
                           const struct prov_end *whole)
{
    for (uint32_t i = 0; i <= moments * 2 + 1; i++) {
        uint32_t moment = i / 2;
        bool right;

        run(play, moment, i % 2);
        right = is_right(play, moment, whole);
        if (!right)
            (void)attempt_scene_told(&play->scene, play->act->name, "?");
        CU_ASSERT_TRUE(right);
    }
}

static void play_act(const struct act *act)
{
    struct play play;
    struct prov_end whole;

    open_play(&play, act);
    if (act->told) {
        run(&play, ATTEMPT_NEVER, false);
        CU_ASSERT_TRUE(attempt_scene_told(&play.scene, act->name, act->told));
        whole = play.scene.end;
        cancel_at_each(&play, play.scene.told, &whole);
    } else {
        cancel_at_each(&play, act->moments, NULL);
    }
    close_play(&play);
}

static void all_acts(void)
{
    for (size_t i = 0; i < sizeof(acts) / sizeof(*acts); i++)
        play_act(&acts[i]);
}

/* What is wrong in `with` is said by check(), and start() does not begin. */
static void wrong_tasks(void)
{
    static const struct {
        size_t act;
        const char *with;
        const char *text;
    } rows[] = {
        {0, "{}", "nothing says what is asked"},
        {0, "{\"prompt\":\"a\",\"prompt_file\":\"b\",\"model\":\"m\"}",
         "with has both prompt and prompt_file"},
        {0, "{\"prompt\":\"a\"}", "no model is named"},
        {0, "{\"prompt\":\"a\",\"modle\":\"m\"}", "with has no key \"modle\""},
        {0, "{\"prompt\":\"a\",\"model\":\"m\",\"output\":\"../a\"}",
         "output is a file in the workspace"},
        {0, "{\"prompt\":\"a\",\"model\":\"m\",\"output\":[]}",
         "output is a path or a list of 1 to 256 of them"},
        {0, "{\"prompt\":\"a\",\"model\":\"m\",\"max_tokens\":0}",
         "max_tokens is a whole number from 1 to 1000000000"},
        {0, "{\"prompt\":7,\"model\":\"m\"}",
         "prompt is a text that is not empty"},
        {6, "{\"a\":1}", "a task of the shell has no with"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct play play;
        struct td_error err;
        struct td_error again;

        open_play(&play, &acts[rows[i].act]);
        play.scene.task.with = rows[i].with;
        CU_ASSERT_EQUAL(play.provider.ops->check(play.provider.self,
                                                 &play.scene.task, &err),
                        TD_USAGE);
        if (strncmp(err.text, rows[i].text, strlen(rows[i].text)) != 0)
            printf("\n    row %zu: %s", i, err.text);
        CU_ASSERT_NSTRING_EQUAL(err.text, rows[i].text, strlen(rows[i].text));
        CU_ASSERT_EQUAL(attempt_scene_run(&play.scene, &play.provider, &again),
                        TD_USAGE);
        CU_ASSERT_STRING_EQUAL(again.text, err.text);
        close_play(&play);
    }
}

CU_TestInfo orchestrator_provider_contract_tests[] = {
    {"every provider, cancelled at each moment", all_acts},
    {"tasks that are wrong", wrong_tasks},
    CU_TEST_INFO_NULL,
};
