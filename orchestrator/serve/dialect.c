#include "orchestrator/serve/dialect.h"

#include "core/json_value.h"
#include "core/json_writer.h"

#include <string.h>

#define DEPTH 16
#define WORD  64 /* bytes of a class of errors, as others name them */

/* A member under another name; to NULL: it is left out. */
struct rename {
    const char *from;
    const char *to;
};

struct said {
    enum serve_dialect dialect;
    const struct td_json_doc *doc;
    uint32_t data; /* an object of doc */
    struct td_json_writer *w;
};

struct form {
    const char *type;
    enum serve_dialect dialect;
    struct rename names[12];
    void (*more)(const struct said *said); /* members that are made; or NULL */
};

/* ---- members ---- */

/* The index of the value behind a key. */
static uint32_t value_of(const struct said *said, uint32_t key)
{
    return said->doc->values[key].next;
}

static uint32_t member(const struct said *said, uint32_t object,
                       const char *name)
{
    return td_json_member(said->doc, object, td_text(name));
}

static bool is(const struct said *said, uint32_t at, const char *text)
{
    return at && said->doc->values[at].kind == TD_JSON_STRING &&
           td_bytes_is(td_json_inner(said->doc, at), text);
}

static double number(const struct said *said, const char *name)
{
    return td_json_member_double(said->doc, said->data, name, 0);
}

static void copy(const struct said *said, const char *from, const char *to)
{
    uint32_t at = member(said, said->data, from);

    if (at)
        td_json_put_raw(said->w, to, td_json_raw(said->doc, at));
}

/* "phases" has objects with names of their own. */
static void put_phases(const struct said *said)
{
    uint32_t list = member(said, said->data, "phases");
    uint32_t at = list + 1;
    bool doc = said->dialect == SERVE_DOC;

    if (!list)
        return;
    td_json_array(said->w, "phases");
    for (uint32_t i = 0; i < said->doc->values[list].count; i++) {
        td_json_object(said->w, NULL);
        td_json_put_raw(said->w, doc ? "number" : "phase",
                        td_json_raw(said->doc, member(said, at, "phase")));
        td_json_put_raw(said->w, "name",
                        td_json_raw(said->doc, member(said, at, "name")));
        td_json_put_raw(said->w, doc ? "tasks" : "task_count",
                        td_json_raw(said->doc, member(said, at, "task_count")));
        td_json_object_end(said->w);
        at = said->doc->values[at].next;
    }
    td_json_array_end(said->w);
}

static void more_started(const struct said *said)
{
    put_phases(said);
    /* A task of ours is not cut into smaller ones. */
    if (said->dialect == SERVE_DOC)
        copy(said, "total_tasks", "total_atoms");
}

static void more_progress(const struct said *said)
{
    if (member(said, said->data, "subtask_status"))
        return;
    td_json_object(said->w, "subtask_status");
    td_json_object_end(said->w);
}

static const char *language_of(struct td_bytes path)
{
    static const struct rename languages[] = {
        {".c", "c"},
        {".h", "c"},
        {".cc", "cpp"},
        {".cpp", "cpp"},
        {".py", "python"},
        {".js", "javascript"},
        {".mjs", "javascript"},
        {".ts", "typescript"},
        {".go", "go"},
        {".rs", "rust"},
        {".java", "java"},
        {".sh", "shell"},
        {".sql", "sql"},
        {".md", "markdown"},
        {".json", "json"},
        {".yaml", "yaml"},
        {".yml", "yaml"},
        {".html", "html"},
        {".css", "css"},
        {".cmake", "cmake"},
        {".txt", "text"},
    };

    for (size_t i = 0; i < sizeof(languages) / sizeof(languages[0]); i++) {
        size_t len = strlen(languages[i].from);

        if (path.len > len &&
            !memcmp(path.ptr + path.len - len, languages[i].from, len))
            return languages[i].to;
    }
    return "unknown";
}

static void more_artifact(const struct said *said)
{
    uint32_t path = member(said, said->data, "file_path");
    uint32_t type = member(said, said->data, "artifact_type");

    if (path)
        td_json_put_text(said->w, "language",
                         language_of(td_json_inner(said->doc, path)));
    if (said->dialect == SERVE_DOC)
        td_json_put_text(said->w, "type",
                         is(said, type, "directory") ? "directory" : "file");
}

static void more_wave(const struct said *said)
{
    double all = number(said, "tasks_in_wave");

    td_json_put_fixed(said->w, "success_rate",
                      all > 0 ? number(said, "successful_tasks") / all : 1, 4);
}

/* "exit_status" is an ExitStatusError there. */
static void more_error(const struct said *said)
{
    static const char end[] = "Error";
    uint32_t at = member(said, said->data, "error_type");
    struct td_bytes word = at ? td_json_inner(said->doc, at) : td_text("");
    char text[WORD + sizeof(end)];
    size_t len = 0;
    bool large = true;

    for (size_t i = 0; i < word.len && len < WORD; i++) {
        char c = (char)word.ptr[i];

        if (c != '_')
            text[len++] = large && c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
        large = c == '_';
    }
    text[len] = '\0';
    if (len < 5 || strcmp(text + len - 5, end) != 0)
        memcpy(text + len, end, sizeof(end));
    td_json_put_text(said->w, "error_type", text);
}

static void more_completed(const struct said *said)
{
    uint32_t stats = member(said, said->data, "final_stats");
    uint32_t status = member(said, said->data, "status");
    struct said inner = *said;

    if (is(said, status, "completed"))
        td_json_put_text(said->w, "status", "success");
    else
        copy(said, "status", "status");
    inner.data = stats;
    if (!stats)
        return;
    copy(&inner, "tokens_used", "tokens_used");
    /* No token costs nothing; what else is not known is not said. */
    if (!member(said, stats, "cost_usd") && number(&inner, "tokens_used") <= 0)
        td_json_put_u64(said->w, "cost_usd", 0);
    copy(&inner, "cost_usd", "cost_usd");
}

/* ---- forms ---- */

static const struct form forms[] = {
    {"execution_started",
     SERVE_SEED,
     {{"phases", NULL}, {"estimated_duration_ms", NULL}},
     more_started},
    {"execution_started", SERVE_DOC, {{"phases", NULL}}, more_started},
    {"progress_update",
     SERVE_SEED,
     {{"phase", NULL},
      {"phase_name", NULL},
      {"progress", NULL},
      {"current_wave", NULL},
      {"duration_ms", NULL}},
     NULL},
    {"progress_update", SERVE_DOC, {{NULL, NULL}}, more_progress},
    {"artifact_created",
     SERVE_SEED,
     {{"artifact_id", NULL},
      {"artifact_name", NULL},
      {"artifact_type", NULL},
      {"file_path", "path"},
      {"size_bytes", "size"}},
     more_artifact},
    {"artifact_created",
     SERVE_DOC,
     {{"artifact_id", NULL},
      {"artifact_name", NULL},
      {"artifact_type", NULL},
      {"file_path", "path"},
      {"size_bytes", "size"}},
     more_artifact},
    {"wave_completed",
     SERVE_DOC,
     {{"tasks_in_wave", "atoms_in_wave"},
      {"successful_tasks", "atoms_completed"},
      {"failed_tasks", NULL},
      {"skipped_tasks", NULL},
      {"artifacts_created", NULL}},
     more_wave},
    {"error",
     SERVE_DOC,
     {{"error_id", NULL},
      {"error_message", "message"},
      {"retry_count", "retry_attempt"},
      {"error_type", NULL}},
     more_error},
    {"execution_completed",
     SERVE_SEED,
     {{"total_duration_ms", "duration_ms"},
      {"status", NULL},
      {"final_stats", NULL}},
     more_completed},
    {"execution_completed",
     SERVE_DOC,
     {{"total_duration_ms", "duration_ms"},
      {"status", NULL},
      {"skipped_tasks", NULL},
      {"final_stats", NULL}},
     more_completed},
};

static const struct form *form_of(const struct said *said, uint32_t type)
{
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
        if (forms[i].dialect == said->dialect && is(said, type, forms[i].type))
            return &forms[i];
    return NULL;
}

static void put_member(const struct said *said, const struct form *form,
                       uint32_t key)
{
    struct td_bytes name = td_json_inner(said->doc, key);
    const struct rename *n = form->names;

    while (n->from && !td_bytes_is(name, n->from))
        n++;
    if (n->from && !n->to)
        return;
    if (n->from)
        name = td_text(n->to);
    td_json_put_key_body(said->w, name);
    td_json_put_raw(said->w, NULL, td_json_raw(said->doc, value_of(said, key)));
}

static void put_data(const struct said *said, const struct form *form)
{
    uint32_t key = said->data + 1;

    td_json_object(said->w, "data");
    for (uint32_t i = 0; i < said->doc->values[said->data].count; i++) {
        put_member(said, form, key);
        key = said->doc->values[value_of(said, key)].next;
    }
    if (form->more)
        form->more(said);
    td_json_object_end(said->w);
}

static bool put(struct said *said)
{
    uint32_t type = member(said, 0, "type");
    uint32_t time = member(said, 0, "timestamp");
    const struct form *form = form_of(said, type);

    said->data = member(said, 0, "data");
    if (!form || !time || !said->data ||
        said->doc->values[said->data].kind != TD_JSON_OBJECT)
        return false;
    td_json_object(said->w, NULL);
    td_json_put_raw(said->w, "type", td_json_raw(said->doc, type));
    td_json_put_raw(said->w, "timestamp", td_json_raw(said->doc, time));
    put_data(said, form);
    td_json_object_end(said->w);
    return true;
}

void serve_dialect_put(enum serve_dialect dialect, struct td_bytes envelope,
                       struct td_buf *out)
{
    struct td_json_writer w = td_json_writer(out);
    struct td_json_doc doc = {0};
    struct said said = {.dialect = dialect, .doc = &doc, .w = &w};

    if (dialect == SERVE_EMITTER ||
        td_json_parse(&doc, envelope, DEPTH, NULL) ||
        doc.values[0].kind != TD_JSON_OBJECT || !put(&said))
        (void)td_buf_add_bytes(out, envelope);
    td_json_release(&doc);
}

enum serve_dialect serve_dialect_of(const char *name)
{
    return !strcmp(name, "seed")  ? SERVE_SEED
           : !strcmp(name, "doc") ? SERVE_DOC
                                  : SERVE_EMITTER;
}
