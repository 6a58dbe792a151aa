#include "validator/learn/update.h"

#include "core/fs.h"
#include "core/mem.h"
#include "schema/schema.h"
#include "validator/check/check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MARK      "# no longer holds: "
#define FILE_MOST ((size_t)16 * 1024 * 1024)
#define WHY_MOST  200 /* bytes of what a mark says */

/* A line of the contract that a run breaks. */
struct broken {
    uint32_t line;
    const char *why;
};

struct updating {
    const struct learn_update *what;
    struct learn_changes *changes;
    struct td_arena arena;
    struct td_buf text; /* of the file, without the marks of the last time */
    struct td_jsonx doc;
    struct broken *broken;
    uint32_t broken_len;
};

/* The file. */

static struct td_bytes line_at(struct td_bytes *rest)
{
    const uint8_t *end = (const uint8_t *)memchr(rest->ptr, '\n', rest->len);
    size_t len = end ? (size_t)(end - rest->ptr) : rest->len;
    struct td_bytes line = td_bytes(rest->ptr, len);

    len += end != NULL;
    *rest = td_bytes(rest->ptr + len, rest->len - len);
    return line;
}

static size_t indent_of(struct td_bytes line)
{
    size_t i = 0;

    while (i < line.len && line.ptr[i] == ' ')
        i++;
    return i;
}

static bool begins(struct td_bytes line, const char *text)
{
    size_t i = indent_of(line);
    size_t len = strlen(text);

    return line.len - i >= len && !memcmp(line.ptr + i, text, len);
}

static enum td_code read_file(struct updating *u, struct td_error *err)
{
    struct td_buf all = {.max = FILE_MOST};
    struct td_bytes rest;
    enum td_code code = td_fs_read(&all, u->what->path, err);

    rest = td_buf_bytes(&all);
    while (!code && rest.len) {
        struct td_bytes line = line_at(&rest);

        if (begins(line, MARK))
            continue;
        (void)td_buf_add(&u->text, line.ptr, line.len);
        (void)td_buf_add_byte(&u->text, '\n');
    }
    td_buf_release(&all);
    if (!code && td_jsonx_syntax_of(u->what->path, td_buf_bytes(&u->text)) ==
                     TD_JSONX_JSON)
        code = td_error_set(err, TD_USAGE, u->what->path, 0,
                            "is JSON, which has no comments to mark it with");
    if (!code)
        code = td_jsonx_parse(&u->doc, u->what->path, TD_JSONX_YAML,
                              td_buf_bytes(&u->text), err);
    return code;
}

/* What no longer holds. */

/* The value with the finding's keyword, or the rule of its name. */
static uint32_t place_of(const struct updating *u,
                         const struct check_result *rule,
                         const struct check_finding *f)
{
    const char *pointer = f->schema_path ? strrchr(f->schema_path, '#') : NULL;
    uint32_t rules = td_jsonx_member(&u->doc, 0, "rules");
    uint32_t at;

    if (pointer) {
        at = td_json_pointer(&u->doc.json, 0, pointer + 1);
        return at == UINT32_MAX ? 0 : at;
    }
    if (!rules || u->doc.json.values[rules].kind != TD_JSON_ARRAY)
        return 0;
    for (at = rules + 1; at < u->doc.json.values[rules].next;
         at = u->doc.json.values[at].next) {
        uint32_t id = td_jsonx_member(&u->doc, at, "id");

        if (id && td_jsonx_is_text(&u->doc, id, rule->id))
            return at;
    }
    return 0;
}

static void add_broken(struct updating *u, uint32_t at, const char *input,
                       const struct check_finding *f)
{
    uint32_t line = td_jsonx_where(&u->doc, at).line;
    uint64_t seq = f->seq || !f->related_len ? f->seq : f->related[0].seq;
    struct td_buf why = {0};
    struct td_buf clean = {0};

    for (uint32_t i = 0; i < u->broken_len; i++) {
        if (u->broken[i].line == line)
            return;
    }
    (void)td_buf_add_text(&why, input);
    if (seq > 0) /* else it is about the whole stream */
        (void)td_buf_addf(&why, " #%" PRIu64, seq);
    (void)td_buf_addf(&why, ": expected %s, found %s", f->expected, f->found);
    for (size_t i = 0; i < why.len && i < WHY_MOST; i++)
        (void)td_buf_add_byte(
            &clean, why.ptr[i] < ' ' || why.ptr[i] > '~' ? '?' : why.ptr[i]);
    u->broken = (struct broken *)td_list_room(u->broken, u->broken_len,
                                              sizeof(*u->broken));
    u->broken[u->broken_len++] =
        (struct broken){line, td_arena_text(&u->arena, td_buf_bytes(&clean))};
    td_buf_release(&why);
    td_buf_release(&clean);
}

static void take_verdict(struct updating *u, const struct check_verdict *v)
{
    for (size_t i = 0; i < v->findings_len; i++) {
        const struct check_finding *f = &v->findings[i];
        const struct check_result *rule = &v->rules[f->rule];
        uint32_t at = rule->outcome == CHECK_FAIL ? place_of(u, rule, f) : 0;

        if (at)
            add_broken(u, at, v->input, f);
    }
}

static void put_line(void *self, const struct audit_message *m)
{
    /* Nothing ends it: the check was not told to. */
    if (check_line((struct check *)self, m->place.seq, m->payload))
        return;
}

static enum td_code check_one(struct updating *u, uint32_t number,
                              struct td_error *err)
{
    const struct check_options how = {.contract = u->what->contract,
                                      .max_findings = 1};
    const struct tape_read_options read = {.threads = 1};
    struct audit_tape *tape = &u->what->tapes->list[number];
    struct check *check = check_new(&how, tape->path);
    const struct audit_outlet out = {.put = put_line, .self = check};
    struct tape_reader *reader = NULL;
    enum td_code code;

    if (tape->is_tape) {
        code = tape_reader_open(&reader, tape->path, &read, err);
        if (!code)
            code = check_tape(check, reader, err);
        tape_reader_close(reader);
    } else {
        code = audit_read(number, tape, &out, err);
    }
    if (!code)
        take_verdict(u, check_end(check));
    check_free(check);
    return code;
}

/* What is new. */

static bool stands_in_text(const struct updating *u, struct td_bytes text)
{
    return memmem(u->text.ptr, u->text.len, text.ptr, text.len) != NULL;
}

/* Every member of the learned rule but its id is one of the other. */
static bool is_rule(const struct updating *u, uint32_t rule,
                    const struct td_jsonx *learned, uint32_t at)
{
    struct schema_equal_memory memory = {0};
    const struct td_json_doc *json = &learned->json;
    bool same = true;

    for (uint32_t key = at + 1; key < json->values[at].next && same;
         key = json->values[key + 1].next) {
        char *name = td_jsonx_text(learned, key);
        uint32_t twin = td_jsonx_member(&u->doc, rule, name);

        if (strcmp(name, "id") != 0)
            same =
                twin &&
                schema_equal(&memory, (struct schema_value){&u->doc.json, twin},
                             (struct schema_value){json, key + 1});
        free(name);
    }
    schema_equal_release(&memory);
    return same;
}

/* "- {id: ..., REST}  # evidence": the rest. */
static struct td_bytes body_of(struct td_bytes line)
{
    const uint8_t *from = (const uint8_t *)memmem(line.ptr, line.len, ", ", 2);
    const uint8_t *to = (const uint8_t *)memmem(line.ptr, line.len, "}  #", 4);

    if (!from || !to || to < from)
        return line;
    return td_bytes(from + 2, (size_t)(to - from) - 2);
}

static bool has_rule(const struct updating *u, struct td_bytes line)
{
    uint32_t rules = td_jsonx_member(&u->doc, 0, "rules");
    const struct td_json_doc *json = &u->doc.json;
    struct td_jsonx learned = {0};
    bool found = stands_in_text(u, body_of(line));

    if (!found && rules && json->values[rules].kind == TD_JSON_ARRAY &&
        !td_jsonx_parse(&learned, "learned", TD_JSONX_YAML, line, NULL)) {
        for (uint32_t at = rules + 1; at < json->values[rules].next && !found;
             at = json->values[at].next)
            found = is_rule(u, at, &learned, 1);
    }
    td_jsonx_release(&learned);
    return found;
}

static void add_rules(struct updating *u, struct td_buf *out)
{
    struct td_buf all = {0};
    struct td_bytes rest;

    (void)learn_write_rules(&all, u->what->learned->mine,
                            u->what->learned->strictness);
    rest = td_buf_bytes(&all);
    while (rest.len) {
        struct td_bytes line = line_at(&rest);

        if (!begins(line, "- {") || has_rule(u, line))
            continue;
        (void)td_buf_add(out, line.ptr, line.len);
        (void)td_buf_add_byte(out, '\n');
        u->changes->new_rules++;
    }
    td_buf_release(&all);
}

static void add_events(struct updating *u, struct td_buf *out)
{
    const struct learn_writing *learned = u->what->learned;

    for (uint32_t i = 0; i < audit_profile_events(learned->profile); i++) {
        const struct audit_event *event =
            audit_profile_event(learned->profile, i);

        if (!*event->name ||
            check_contract_event(u->what->contract, td_text(event->name)))
            continue;
        learn_write_event(out, learned, event);
        u->changes->new_events++;
    }
}

/* The text again. */

/* Where a list of the document ends: the first line behind "KEY:" that begins
 * something else. *indent is that of its items. 0: it is no block.
 */
static uint32_t end_of(const struct updating *u, const char *key, bool items,
                       size_t *indent)
{
    struct td_bytes rest = td_buf_bytes(&u->text);
    uint32_t number = 0;
    uint32_t last = 0;
    bool within = false;

    *indent = SIZE_MAX;
    while (rest.len) {
        struct td_bytes line = line_at(&rest);
        size_t at = indent_of(line);
        bool empty = at == line.len || line.ptr[at] == '#';

        number++;
        if (within && !empty && !at && !(items && line.ptr[0] == '-'))
            break;
        if (within && !empty) {
            *indent = *indent == SIZE_MAX ? at : *indent;
            last = number;
        }
        if (!at && line.len == strlen(key) + 1 &&
            !memcmp(line.ptr, key, line.len - 1) &&
            line.ptr[line.len - 1] == ':')
            within = true;
    }
    return *indent == SIZE_MAX ? 0 : last;
}

/* Lines with so many blanks more or less in front. */
static void add_shifted(struct td_buf *out, const struct td_buf *text,
                        size_t from, size_t to)
{
    struct td_bytes rest = td_buf_bytes(text);

    while (rest.len) {
        struct td_bytes line = line_at(&rest);
        size_t cut = from < indent_of(line) ? from : indent_of(line);

        (void)td_buf_addf(out, "%*s%.*s\n", (int)to, "", (int)(line.len - cut),
                          (const char *)line.ptr + cut);
    }
}

static void add_comments(struct td_buf *out, const struct td_buf *text,
                         const char *title)
{
    struct td_bytes rest = td_buf_bytes(text);

    if (rest.len)
        (void)td_buf_addf(out, "# %s:\n", title);
    while (rest.len) {
        struct td_bytes line = line_at(&rest);

        (void)td_buf_addf(out, "# %.*s\n", (int)line.len,
                          (const char *)line.ptr);
    }
}

static void add_marks(const struct updating *u, struct td_buf *out,
                      uint32_t number, struct td_bytes line)
{
    for (uint32_t i = 0; i < u->broken_len; i++) {
        if (u->broken[i].line == number)
            (void)td_buf_addf(out, "%*s" MARK "%s\n", (int)indent_of(line), "",
                              u->broken[i].why);
    }
}

static void write_all(struct updating *u, struct td_buf *out)
{
    struct td_bytes rest = td_buf_bytes(&u->text);
    struct td_buf events = {0};
    struct td_buf rules = {0};
    size_t event_indent;
    size_t rule_indent;
    uint32_t events_end = end_of(u, "events", false, &event_indent);
    uint32_t rules_end = end_of(u, "rules", true, &rule_indent);

    add_events(u, &events);
    add_rules(u, &rules);
    for (uint32_t number = 1; rest.len; number++) {
        struct td_bytes line = line_at(&rest);

        add_marks(u, out, number, line);
        (void)td_buf_add(out, line.ptr, line.len);
        (void)td_buf_add_byte(out, '\n');
        if (number == events_end)
            add_shifted(out, &events, 2, event_indent);
        if (number == rules_end)
            add_shifted(out, &rules, 0, rule_indent);
    }
    if (!rules_end && rules.len && !td_jsonx_member(&u->doc, 0, "rules")) {
        (void)td_buf_add_text(out, "rules:\n");
        add_shifted(out, &rules, 0, 0);
    } else if (!rules_end) {
        add_comments(out, &rules, "learned since, to be added to rules");
        u->changes->apart = rules.len > 0;
    }
    if (!events_end) {
        add_comments(out, &events, "learned since, to be added to events");
        u->changes->apart = u->changes->apart || events.len > 0;
    }
    td_buf_release(&events);
    td_buf_release(&rules);
}

enum td_code learn_update(struct td_buf *out, const struct learn_update *what,
                          struct learn_changes *changes, struct td_error *err)
{
    struct updating u = {.what = what, .changes = changes};
    enum td_code code = read_file(&u, err);

    *changes = (struct learn_changes){0};
    for (uint32_t i = 0; i < what->tapes->len && !code; i++)
        code = check_one(&u, i, err);
    if (!code) {
        changes->broken = u.broken_len;
        write_all(&u, out);
    }
    free(u.broken);
    td_jsonx_release(&u.doc);
    td_buf_release(&u.text);
    td_arena_release(&u.arena);
    return code;
}
