/* gen_events COUNT [SEED]: that many execution-like events as NDJSON on stdout.
 *
 * The six events in the canonical dialect, about 376 bytes a line on average,
 * one execution of 120 tasks after another. Equal seeds give equal bytes.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define TASKS     120
#define WAVE_SIZE 15

struct stream {
    uint64_t random;
    uint64_t left;   /* lines still to print */
    uint64_t now_ms; /* since 1970 */
    unsigned execution;
    unsigned seq;
    unsigned artifacts;
    char id[48];
};

static uint64_t next_random(struct stream *s)
{
    uint64_t z = s->random += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static unsigned below(struct stream *s, unsigned n)
{
    return (unsigned)(next_random(s) % n);
}

/* The envelope up to the extension keys, which start every event's data. */
static void begin(struct stream *s, const char *type)
{
    struct tm tm;
    char when[32];
    time_t seconds;

    s->now_ms += 1 + below(s, 40);
    seconds = (time_t)(s->now_ms / 1000);
    (void)gmtime_r(&seconds, &tm);
    (void)strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &tm);
    printf("{\"type\":\"%s\",\"timestamp\":\"%s.%03uZ\",\"data\":{"
           "\"execution_id\":\"%s\",\"seq\":%u,",
           type, when, (unsigned)(s->now_ms % 1000), s->id, ++s->seq);
}

/* False when the last line has been printed. */
static int end(struct stream *s)
{
    fputs("}}\n", stdout);
    return --s->left > 0;
}

static int started(struct stream *s)
{
    static const char *const phases[] = {"Discovery", "Analysis", "Planning",
                                         "Execution", "Validation"};

    begin(s, "execution_started");
    printf("\"total_tasks\":%d,\"phases\":[", TASKS);
    for (int i = 0; i < 5; i++)
        printf("%s{\"phase\":%d,\"name\":\"%s\",\"task_count\":%d,"
               "\"status\":\"pending\"}",
               i ? "," : "", i, phases[i], TASKS / 5);
    fputs("]", stdout);
    return end(s);
}

static int progress(struct stream *s, unsigned task)
{
    begin(s, "progress_update");
    printf("\"task_id\":\"task_%03u\",\"task_name\":\"Generate module %u\","
           "\"phase\":3,\"phase_name\":\"Execution\",\"status\":\"completed\","
           "\"progress\":%u,\"progress_percent\":%.2f,\"completed_tasks\":%u,"
           "\"total_tasks\":%d,\"current_wave\":%u,\"duration_ms\":%u.%02u,"
           "\"attempt\":1,\"tokens_used\":%u,\"cost_usd\":0.%04u",
           task, below(s, 1000), task, 100.0 * task / TASKS, task, TASKS,
           (task - 1) / WAVE_SIZE + 1, below(s, 9000), below(s, 100),
           below(s, 5000), below(s, 10000));
    return end(s);
}

static int artifact(struct stream *s, unsigned task)
{
    uint64_t a = next_random(s);
    uint64_t b = next_random(s);

    begin(s, "artifact_created");
    s->artifacts++;
    printf("\"artifact_id\":\"%08" PRIx64 "-%04" PRIx64 "-4%03" PRIx64
           "-a%03" PRIx64 "-%012" PRIx64 "\",",
           a >> 32, a >> 16 & 0xFFFF, a & 0xFFF, b >> 52,
           b & UINT64_C(0xFFFFFFFFFFFF));
    printf("\"artifact_name\":\"module_%u.c\",\"artifact_type\":\"file\","
           "\"file_path\":\"src/generated/module_%u.c\",\"size_bytes\":%u,"
           "\"task_id\":\"task_%03u\","
           "\"metadata\":{\"language\":\"c\",\"lines\":%u}",
           task, task, below(s, 20000), task, below(s, 600));
    return end(s);
}

static int failure(struct stream *s, unsigned task)
{
    begin(s, "error");
    printf("\"error_id\":\"err_%08x\",\"task_id\":\"task_%03u\","
           "\"task_name\":\"Generate module %u\","
           "\"error_type\":\"validation_error\",\"error_message\":"
           "\"expected \\\"int\\\" at src/generated/module_%u.c:%u\\n\","
           "\"retry_count\":%u,\"max_retries\":3,\"recoverable\":true",
           (unsigned)next_random(s), task, task, task, below(s, 400),
           below(s, 3));
    return end(s);
}

static int wave(struct stream *s, unsigned number)
{
    begin(s, "wave_completed");
    printf("\"wave_number\":%u,\"tasks_in_wave\":%d,\"successful_tasks\":%d,"
           "\"failed_tasks\":0,\"duration_ms\":%u.%02u,\"artifacts_created\":"
           "%u",
           number, WAVE_SIZE, WAVE_SIZE, below(s, 90000), below(s, 100),
           below(s, 10));
    return end(s);
}

static int completed(struct stream *s)
{
    begin(s, "execution_completed");
    printf("\"status\":\"completed\",\"total_tasks\":%d,"
           "\"completed_tasks\":%d,\"failed_tasks\":0,\"skipped_tasks\":0,"
           "\"total_duration_ms\":%u.25,\"artifacts_created\":%u",
           TASKS, TASKS, 600000 + below(s, 90000), s->artifacts);
    return end(s);
}

static int task_events(struct stream *s, unsigned task)
{
    if (below(s, 12) == 0 && !failure(s, task))
        return 0;
    if (below(s, 8) < 3 && !artifact(s, task))
        return 0;
    if (!progress(s, task))
        return 0;
    return task % WAVE_SIZE != 0 || wave(s, task / WAVE_SIZE);
}

static int execution(struct stream *s)
{
    s->seq = 0;
    s->artifacts = 0;
    (void)snprintf(s->id, sizeof(s->id), "exec_20260101_%06u", ++s->execution);
    if (!started(s))
        return 0;
    for (unsigned task = 1; task <= TASKS; task++) {
        if (!task_events(s, task))
            return 0;
    }
    return completed(s);
}

int main(int argc, char **argv)
{
    struct stream s = {.now_ms = UINT64_C(1767225600000)};

    if (argc < 2 || argc > 3) {
        (void)fprintf(stderr, "usage: gen_events COUNT [SEED]\n");
        return 2;
    }
    s.left = strtoull(argv[1], NULL, 10);
    s.random = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    while (s.left > 0 && execution(&s))
        continue;
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 4;
}
