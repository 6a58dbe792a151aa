/* One attempt of the provider openai at a real server, for tests/interop.
 *
 * usage: td_ask URL WITH IDLE_MS CANCEL_AT    (CANCEL_AT -1: never)
 *
 * Prints what was told as one line of JSON.
 */
#include "orchestrator/provider/openai.h"
#include "tests/support/attempt_scene.h"

#include "core/json_writer.h"

#include <stdio.h>
#include <stdlib.h>

static void put_lines(struct td_json_writer *w, struct td_buf *log)
{
    const char *line = td_buf_str(log);

    td_json_array(w, "told");
    while (*line) {
        size_t len = strcspn(line, "\n");

        td_json_put_string(w, NULL, td_bytes(line, len));
        line += len + (line[len] == '\n');
    }
    td_json_array_end(w);
}

static void print(struct attempt_scene *scene)
{
    struct td_buf out = {0};
    struct td_json_writer w = td_json_writer(&out);

    td_json_object(&w, NULL);
    put_lines(&w, &scene->log);
    td_json_put_text(&w, "end",
                     scene->end.ok ? "ok" : plan_fault_word(scene->end.fault));
    td_json_put_text(&w, "why", scene->end.text);
    td_json_put_u64(&w, "retry_after_ms",
                    scene->end.retry_after_ns / TD_NS_PER_MS);
    td_json_put_string(&w, "text", td_buf_bytes(&scene->text));
    td_json_put_u64(&w, "tokens_in", scene->usage.tokens_in);
    td_json_put_u64(&w, "tokens_out", scene->usage.tokens_out);
    td_json_put_bool(&w, "estimated", scene->usage.estimated);
    td_json_put_u64(&w, "ended", scene->ended);
    td_json_put_bool(&w, "wrong", scene->wrong);
    td_json_object_end(&w);
    (void)td_json_line(&w);
    (void)fputs(td_buf_str(&out), stdout);
    td_buf_release(&out);
}

static int ask(char **argv)
{
    struct attempt_scene scene;
    struct prov_config config = {.url = argv[1], .key = "sk-test"};
    struct provider provider;
    struct td_error err = {0};
    enum td_code code;
    long cancel_at = strtol(argv[4], NULL, 10);

    config.idle_ns = strtoull(argv[3], NULL, 10) * TD_NS_PER_MS;
    attempt_scene_open(&scene, argv[2]);
    scene.cancel_at = cancel_at < 0 ? ATTEMPT_NEVER : (uint32_t)cancel_at;
    code =
        prov_openai_open(&provider, scene.net, &config, td_clock_real(), &err);
    if (!code) {
        code = attempt_scene_run(&scene, &provider, &err);
        provider.ops->close(provider.self);
    }
    if (code)
        (void)fprintf(stderr, "td_ask: %s\n", err.text);
    else
        print(&scene);
    attempt_scene_close(&scene);
    return td_code_exit_status(code);
}

int main(int argc, char **argv)
{
    if (argc == 5)
        return ask(argv);
    (void)fprintf(stderr, "usage: td_ask URL WITH IDLE_MS CANCEL_AT\n");
    return 2;
}
