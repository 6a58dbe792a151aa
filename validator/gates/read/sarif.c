/* SARIF 2.1.0. A result without a level has that of its rule's configuration,
 * else it is a warning (3.27.10); one that is suppressed, absent or no failure
 * is passed over; a run without results did not look (3.14.23), and one whose
 * execution failed (3.20.14) is told. A relative URI is resolved against its
 * base (3.4.4, 3.14.14). A rule or a file may be told by its index alone
 * (3.27.6, 3.4.5).
 *
 * Members have no order, so a result that needs what its run has not told yet
 * waits for the end of the run.
 */
#include "core/arena.h"
#include "core/hash.h"
#include "core/hex.h"
#include "core/mem.h"
#include "validator/gates/read/formats.h"
#include "validator/gates/read/sarif_parts.h"

#include <stdlib.h>
#include <string.h>

#define RULES_MAX   100000
#define ID_MAX      256 /* bytes of a rule's id that is told by its index */
#define FILES_MAX   100000
#define URIS_MAX    ((size_t)16 << 20) /* bytes of files told by their index */
#define BASES_MAX   100
#define BASE_LEVELS 8 /* bases that stand on each other */

/* Bytes of results that wait; the rest does not. */
#define WAITING_MAX ((size_t)16 << 20)

enum { RULE, MESSAGE, FILE_NAME, PLAIN, VERSION, BASE, LEVEL };

struct rule {
    uint64_t hash; /* of the id */
    enum check_level level;
};

/* Of the list of the driver, in its order. */
struct listed_rule {
    const char *id; /* "": too long to be kept */
    enum check_level level;
};

struct listed_file {
    const char *uri;
    const char *base;
};

struct uri_base {
    const char *id;
    const char *uri;
    const char *base; /* on which it stands, or "" */
};

struct sarif {
    struct read_reader base;
    bool has_results;
    bool has_runs;
    bool has_run; /* one at least */
    struct td_arena arena;
    struct sarif_texts *texts; /* of the run */
    struct rule *rules;        /* of the run */
    size_t rules_len;
    size_t rules_cap;
    struct listed_rule *listed;
    size_t listed_len;
    size_t listed_cap;
    struct listed_file *files;
    size_t files_len;
    size_t files_cap;
    size_t uris; /* bytes of them, and of ids */
    struct uri_base bases[BASES_MAX];
    size_t bases_len;
    struct td_buf waiting; /* results, each on a line */
    bool at_end;           /* of the run: nothing more will be known */
};

enum {
    PATH_RESULT,
    PATH_RESULTS,
    PATH_RUN,
    PATH_RUNS,
    PATH_INVOCATION,
    PATH_NAME,
    PATH_VERSION,
    PATH_FILE,
    PATH_FILE_END,
    PATH_RULE,
    PATH_OTHER_RULE,
    PATH_BASES,
    PATH_FORMAT,
    PATH_TEXTS
};
static const char *const paths[] = {"/runs/*/results/*",
                                    "</runs/*/results",
                                    "</runs/*",
                                    "</runs",
                                    "/runs/*/invocations/*",
                                    "/runs/*/tool/driver/name",
                                    "/runs/*/tool/driver/version",
                                    "/runs/*/artifacts/*/location",
                                    "</runs/*/artifacts/*",
                                    "/runs/*/tool/driver/rules/*",
                                    "/runs/*/tool/extensions/*/rules/*",
                                    "/runs/*/originalUriBaseIds",
                                    "/version",
                                    "/runs/*/tool/driver/globalMessageStrings",
                                    NULL};

static bool is_escape(struct td_bytes uri, size_t at)
{
    return at + 2 < uri.len && uri.ptr[at] == '%' &&
           td_hex_digit(uri.ptr[at + 1]) >= 0 &&
           td_hex_digit(uri.ptr[at + 2]) >= 0;
}

/* Add a URI as a path: %20 undone, file:// off. */
static void add_path(struct read_reader *r, struct td_bytes uri)
{
    if (read_begins(uri, "file://"))
        uri = read_after(uri, 7);
    while (uri.len > 0) {
        size_t len = read_find_byte(uri, '%');
        uint8_t byte = 0;

        if (is_escape(uri, len))
            byte = (uint8_t)(td_hex_digit(uri.ptr[len + 1]) * 16 +
                             td_hex_digit(uri.ptr[len + 2]));
        if (len < uri.len && byte < 0x20)
            len++;
        read_keep_more(r, FILE_NAME, td_bytes(uri.ptr, len));
        if (byte >= 0x20)
            read_keep_more(r, FILE_NAME, td_bytes(&byte, 1));
        uri = read_after(uri, len + (byte >= 0x20 ? 3 : 0));
    }
}

static const struct uri_base *base_of(const struct sarif *r, struct td_bytes id)
{
    for (size_t i = 0; i < r->bases_len; i++) {
        if (td_bytes_is(id, r->bases[i].id))
            return &r->bases[i];
    }
    return NULL;
}

/* A scheme, or from the root. */
static bool is_absolute(struct td_bytes uri)
{
    size_t colon = read_find_byte(uri, ':');

    return read_begins(uri, "/") ||
           (colon < uri.len && colon < read_find_byte(uri, '/'));
}

/* The bases that lead to the URI, the outermost first. */
static void add_bases(struct sarif *r, struct td_bytes id)
{
    const struct uri_base *chain[BASE_LEVELS];
    size_t len = 0;

    while (id.len > 0 && len < BASE_LEVELS) {
        chain[len] = base_of(r, id);
        if (!chain[len])
            break;
        id = is_absolute(td_text(chain[len]->uri)) ? td_text("")
                                                   : td_text(chain[len]->base);
        len++;
    }
    while (len-- > 0) {
        struct td_bytes uri = td_text(chain[len]->uri);

        add_path(&r->base, uri);
        if (uri.len > 0 && uri.ptr[uri.len - 1] != '/')
            read_keep_more(&r->base, FILE_NAME, td_text("/"));
    }
}

/* The number of that member, or UINT64_MAX. */
static uint64_t index_of(const struct td_json_doc *doc, uint32_t from,
                         const char *name)
{
    double value;

    return read_real(doc, from, name, &value) && value >= 0 && value < 1e9
               ? (uint64_t)value
               : UINT64_MAX;
}

static const struct listed_file *listed_file(const struct sarif *r,
                                             uint64_t index)
{
    return index < r->files_len ? &r->files[index] : NULL;
}

static struct td_bytes file_of(struct sarif *r, const struct td_json_doc *doc,
                               uint32_t place)
{
    struct read_reader *base = &r->base;
    const struct listed_file *file;
    struct td_bytes uri;
    struct td_bytes id;

    (void)read_keep(base, FILE_NAME, td_text(""));
    if (place == UINT32_MAX)
        return td_text("");
    uri = read_text(base, PLAIN, doc, place, "/artifactLocation/uri");
    id = read_text(base, BASE, doc, place, "/artifactLocation/uriBaseId");
    file = listed_file(r, index_of(doc, place, "/artifactLocation/index"));
    if (uri.len == 0 && file) {
        uri = td_text(file->uri);
        id = id.len > 0 ? id : td_text(file->base);
    }
    if (!is_absolute(uri))
        add_bases(r, id);
    add_path(base, uri);
    return read_kept(base, FILE_NAME);
}

/* A file's own place in the list is told before its end: it is kept until then
 * as the one behind the last.
 */
static void take_file(struct sarif *r, const struct td_json_doc *doc)
{
    struct td_bytes uri = read_text(&r->base, PLAIN, doc, 0, "uri");
    struct td_bytes id = read_text(&r->base, BASE, doc, 0, "uriBaseId");
    struct listed_file *file = &r->files[r->files_len];

    r->base.end.files += uri.len > 0;
    if (r->uris + uri.len + id.len > URIS_MAX)
        return;
    r->uris += uri.len + id.len;
    file->uri = td_arena_text(&r->arena, uri);
    file->base = td_arena_text(&r->arena, id);
}

/* Room for the file that comes next. */
static void next_file(struct sarif *r)
{
    if (r->files_len + 1 >= r->files_cap) {
        r->files_cap = r->files_cap * 2 + 16;
        r->files = td_realloc(r->files, r->files_cap * sizeof(*r->files));
    }
    r->files[r->files_len] = (struct listed_file){"", ""};
}

static void end_file(struct sarif *r)
{
    if (r->files_len < FILES_MAX)
        r->files_len++;
    next_file(r);
}

/* ---- rules ---- */

static struct rule *rule_slot(const struct sarif *r, uint64_t hash)
{
    for (size_t i = (size_t)hash & (r->rules_cap - 1);;
         i = (i + 1) & (r->rules_cap - 1)) {
        if (r->rules[i].hash == 0 || r->rules[i].hash == hash)
            return &r->rules[i];
    }
}

static void grow_rules(struct sarif *r)
{
    struct rule *old = r->rules;
    size_t cap = r->rules_cap;

    if (r->rules_len * 2 < cap)
        return;
    r->rules_cap = cap ? cap * 2 : 256;
    r->rules = td_calloc(r->rules_cap, sizeof(*r->rules));
    for (size_t i = 0; i < cap; i++) {
        if (old[i].hash)
            *rule_slot(r, old[i].hash) = old[i];
    }
    free(old);
}

/* ID, or ID/PART of which only ID is described (3.27.5). */
static const struct rule *rule_of(const struct sarif *r, struct td_bytes id)
{
    while (r->rules_cap > 0 && id.len > 0) {
        const struct rule *rule = rule_slot(r, td_hash(id));

        if (rule->hash)
            return rule;
        while (id.len > 0 && id.ptr[--id.len] != '/')
            ;
    }
    return NULL;
}

static enum check_level level_of(struct td_bytes level)
{
    if (td_bytes_is(level, "error"))
        return CHECK_LEVEL_ERROR;
    return td_bytes_is(level, "note") || td_bytes_is(level, "none")
               ? CHECK_LEVEL_INFO
               : CHECK_LEVEL_WARN;
}

static void take_rule(struct sarif *r, const struct td_json_doc *doc)
{
    struct td_bytes id = read_text(&r->base, RULE, doc, 0, "id");
    struct rule *rule;

    read_sarif_texts_add(r->texts, td_hash(id), &r->base, doc,
                         read_member(doc, 0, "messageStrings"));
    if (r->rules_len == RULES_MAX)
        return;
    grow_rules(r);
    rule = rule_slot(r, td_hash(id));
    if (rule->hash)
        return;
    rule->hash = td_hash(id);
    rule->level = level_of(
        read_text(&r->base, PLAIN, doc, 0, "/defaultConfiguration/level"));
    r->rules_len++;
}

/* The same rule of the driver, in its place. */
static void list_rule(struct sarif *r, const struct td_json_doc *doc)
{
    struct td_bytes id = read_text(&r->base, RULE, doc, 0, "id");

    if (r->listed_len == RULES_MAX)
        return;
    if (id.len > ID_MAX || r->uris + id.len > URIS_MAX)
        id = td_text("");
    r->uris += id.len;
    if (r->listed_len == r->listed_cap) {
        r->listed_cap = r->listed_cap * 2 + 16;
        r->listed = td_realloc(r->listed, r->listed_cap * sizeof(*r->listed));
    }
    r->listed[r->listed_len++] = (struct listed_rule){
        td_arena_text(&r->arena, id),
        level_of(
            read_text(&r->base, PLAIN, doc, 0, "/defaultConfiguration/level"))};
}

static void take_bases(struct sarif *r, const struct td_json_doc *doc)
{
    const struct td_json_value *v = doc->values;

    if (v[0].kind != TD_JSON_OBJECT)
        return;
    for (uint32_t key = 1; key < v[0].next && r->bases_len < BASES_MAX;
         key = v[key + 1].next) {
        struct uri_base *base = &r->bases[r->bases_len++];

        base->id =
            td_arena_text(&r->arena, read_string(&r->base, PLAIN, doc, key));
        base->uri = td_arena_text(
            &r->arena, read_text(&r->base, PLAIN, doc, key + 1, "uri"));
        base->base = td_arena_text(
            &r->arena, read_text(&r->base, PLAIN, doc, key + 1, "uriBaseId"));
    }
}

/* ---- results ---- */

static bool is_passed_over(struct read_reader *r, const struct td_json_doc *doc)
{
    struct td_bytes kind = read_text(r, PLAIN, doc, 0, "kind");

    if (kind.len > 0 && !td_bytes_is(kind, "fail"))
        return true;
    if (td_bytes_is(read_text(r, PLAIN, doc, 0, "baselineState"), "absent"))
        return true;
    return read_sarif_is_suppressed(r, doc);
}

/* What a result says of its rule, and what is known of that. */
struct told_rule {
    struct td_bytes id;
    struct td_bytes level;
    uint64_t hash;                    /* of the id under which it is known */
    const struct rule *rule;          /* or NULL */
    const struct listed_rule *listed; /* or NULL */
};

static struct told_rule told_rule(struct sarif *r,
                                  const struct td_json_doc *doc)
{
    struct read_reader *base = &r->base;
    struct told_rule told = {.level = read_text(base, LEVEL, doc, 0, "level")};
    uint64_t index = index_of(doc, 0, "ruleIndex");

    if (index == UINT64_MAX &&
        read_member(doc, 0, "/rule/toolComponent") == UINT32_MAX)
        index = index_of(doc, 0, "/rule/index");
    told.id = read_text(base, RULE, doc, 0, "ruleId");
    if (told.id.len == 0)
        told.id = read_text(base, RULE, doc, 0, "/rule/id");
    told.rule = rule_of(r, told.id);
    if (!told.rule && index < r->listed_len)
        told.listed = &r->listed[index];
    if (told.id.len == 0 && told.listed)
        told.id = td_text(told.listed->id);
    told.hash = told.rule ? told.rule->hash : td_hash(told.id);
    return told;
}

static enum check_level level_told(const struct told_rule *told)
{
    if (told->level.len == 0 && told->rule)
        return told->rule->level;
    return told->level.len == 0 && told->listed ? told->listed->level
                                                : level_of(told->level);
}

/* Does it need a rule, a file or a base that may still come? */
static bool must_wait(struct sarif *r, const struct td_json_doc *doc,
                      const struct told_rule *told)
{
    static const char at[] = "/locations/0/physicalLocation/artifactLocation";
    uint32_t place = read_member(doc, 0, at);
    struct td_bytes base = read_text(&r->base, BASE, doc, place, "uriBaseId");
    uint64_t file = index_of(doc, place, "index");

    if (r->at_end)
        return false;
    return ((told->level.len == 0 || told->id.len == 0) && !told->rule &&
            !told->listed) ||
           read_sarif_lacks_text(r->texts, told->hash, &r->base, doc) ||
           (base.len > 0 && !base_of(r, base)) ||
           (file != UINT64_MAX && !listed_file(r, file) &&
            read_text(&r->base, PLAIN, doc, place, "uri").len == 0);
}

static bool keep_waiting(struct sarif *r, const struct td_json_doc *doc)
{
    struct td_bytes raw = td_json_raw(doc, 0);

    if (r->waiting.len + raw.len > WAITING_MAX)
        return false;
    for (size_t i = 0; i < raw.len; i++)
        (void)td_buf_add_byte(&r->waiting,
                              raw.ptr[i] == '\n' ? ' ' : raw.ptr[i]);
    (void)td_buf_add_byte(&r->waiting, '\n');
    return true;
}

static void take_result(struct sarif *r, const struct td_json_doc *doc)
{
    struct read_reader *base = &r->base;
    uint32_t place = read_member(doc, 0, "/locations/0/physicalLocation");
    struct read_finding f = {0};
    struct told_rule told;

    if (is_passed_over(base, doc))
        return;
    told = told_rule(r, doc);
    if (must_wait(r, doc, &told) && keep_waiting(r, doc))
        return;
    f.rule = told.id;
    f.level = level_told(&told);
    f.message = read_sarif_message(r->texts, told.hash, base, MESSAGE, doc);
    f.file = file_of(r, doc, place);
    f.line = read_count(doc, place, "/region/startLine");
    f.column = read_count(doc, place, "/region/startColumn");
    read_tell_finding(base, &f);
}

static void take_waiting(struct sarif *r)
{
    struct td_bytes rest = td_buf_bytes(&r->waiting);

    r->at_end = true;
    while (rest.len > 0) {
        size_t len = read_find_byte(rest, '\n');
        const struct td_json_doc *doc =
            read_line_json(&r->base, td_bytes(rest.ptr, len));

        if (doc)
            take_result(r, doc);
        rest = read_after(rest, len + 1);
    }
    r->at_end = false;
    td_buf_clear(&r->waiting);
}

static void end_run(struct sarif *r)
{
    r->has_run = true;
    if (!r->has_results)
        read_partial(&r->base, "a run has no results: the tool did not look");
    r->has_results = false;
    take_waiting(r);
    read_sarif_texts_clear(r->texts);
    free(r->rules);
    r->rules = NULL;
    r->rules_len = r->rules_cap = 0;
    r->listed_len = 0;
    r->files_len = 0;
    r->bases_len = 0;
    next_file(r);
}

/* "2.1.0-rtm.5" of tools from before the standard is as good. */
static void take_format(struct read_reader *reader,
                        const struct td_json_doc *doc)
{
    if (!read_begins(read_string(reader, PLAIN, doc, 0), "2.1."))
        read_wrong(reader, "it is SARIF of another version than 2.1.0");
}

static void on_record(struct read_reader *reader, unsigned path,
                      const struct td_json_doc *doc)
{
    struct sarif *r = (struct sarif *)reader;

    if (path == PATH_RESULT) {
        take_result(r, doc);
    } else if (path == PATH_RESULTS) {
        r->has_results = true;
    } else if (path == PATH_RUN) {
        end_run(r);
    } else if (path == PATH_RUNS) {
        r->has_runs = true;
    } else if (path == PATH_INVOCATION) {
        read_sarif_invocation(reader, MESSAGE, doc);
    } else if (path == PATH_NAME) {
        read_tool(reader, read_string(reader, VERSION, doc, 0), td_text(""));
    } else if (path == PATH_VERSION) {
        char name[sizeof(reader->end.tool)];

        memcpy(name, reader->end.tool, sizeof(name));
        read_tool(reader, td_text(name), read_string(reader, VERSION, doc, 0));
    } else if (path == PATH_RULE || path == PATH_OTHER_RULE) {
        take_rule(r, doc);
        if (path == PATH_RULE)
            list_rule(r, doc);
    } else if (path == PATH_BASES) {
        take_bases(r, doc);
    } else if (path == PATH_FORMAT) {
        take_format(reader, doc);
    } else if (path == PATH_TEXTS) {
        read_sarif_texts_add(r->texts, 0, reader, doc, 0);
    } else if (path == PATH_FILE) {
        take_file(r, doc);
    } else {
        end_file(r);
    }
}

static void release(struct read_reader *reader)
{
    struct sarif *r = (struct sarif *)reader;

    free(r->rules);
    free(r->listed);
    free(r->files);
    read_sarif_texts_free(r->texts);
    td_buf_release(&r->waiting);
    td_arena_release(&r->arena);
}

static void finish(struct read_reader *reader)
{
    const struct sarif *r = (const struct sarif *)reader;

    if (!r->has_runs)
        read_wrong(reader, "it has no \"runs\": it is not SARIF");
    else if (!r->has_run)
        read_wrong(reader, "it has no run: no tool looked");
    reader->end.has_work = true;
}

static const struct read_way way = {.size = sizeof(struct sarif),
                                    .paths = paths,
                                    .record = on_record,
                                    .finish = finish,
                                    .release = release};

static struct read_reader *open_sarif(const struct read_sink *sink)
{
    struct read_reader *reader = read_way_open(sink, &way);

    ((struct sarif *)reader)->texts = read_sarif_texts_new();
    next_file((struct sarif *)reader);
    return reader;
}

const struct read_format read_sarif = {"sarif",    VERDICT_LINT, "SARIF 2.1.0",
                                       open_sarif, read_way_put, read_way_end};
