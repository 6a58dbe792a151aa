#include "cli/shared/tape_output.h"
#include "cli/verbs/contract.h"
#include "core/json_writer.h"
#include "core/log.h"
#include "validator/explain/explain.h"

#include <string.h>

extern const unsigned char cli_contract_schema_text[];
extern const size_t cli_contract_schema_text_len;

/* One contract on its page. */
struct page {
    const struct check_contract *contract;
    struct td_buf out;
    struct td_json_writer w; /* into out */
    const struct td_jsonx *doc;
    const struct td_json_doc *json;
    bool as_json;
    size_t widest; /* id */
};

/* The text of a member of object `at`, or "". */
static struct td_buf text_at(const struct page *page, uint32_t at,
                             const char *key)
{
    uint32_t v = td_json_member(page->json, at, td_text(key));
    struct td_buf text = {0};

    if (v && page->json->values[v].kind == TD_JSON_STRING)
        (void)td_json_unescape(&text, td_json_inner(page->json, v));
    else if (v)
        (void)td_buf_add_bytes(&text, td_json_raw(page->json, v));
    return text;
}

static void add_member(struct page *page, uint32_t at, const char *key)
{
    struct td_buf text = text_at(page, at, key);

    if (text.len > 0)
        td_json_put_string(&page->w, key, td_buf_bytes(&text));
    td_buf_release(&text);
}

/* The level of a rule that says one, or of whose level another contract has
 * said something; else "".
 */
static const char *level_of(const struct page *page,
                            const struct check_rule *rule)
{
    bool said = td_json_member(page->json, rule->at, td_text("level")) != 0;

    return said || rule->level != CHECK_LEVEL_ERROR
               ? check_level_text(rule->level)
               : "";
}

static void add_rule_json(struct page *page, const struct check_rule *rule)
{
    struct td_buf text = {0};
    const char *level = level_of(page, rule);
    uint32_t at = rule->at;

    td_json_object(&page->w, NULL);
    td_json_put_text(&page->w, "id", rule->id);
    check_explain_rule(&text, page->doc, at);
    td_json_put_string(&page->w, "sentence", td_buf_bytes(&text));
    td_buf_release(&text);
    if (*level)
        td_json_put_text(&page->w, "level", level);
    add_member(page, at, "profile");
    add_member(page, at, "dialect");
    add_member(page, at, "note");
    td_json_object_end(&page->w);
}

/* " [warn, profile full]" */
static void add_marks(struct page *page, const struct check_rule *rule)
{
    static const struct {
        const char *key;
        const char *words;
    } marks[] = {{"profile", "profile "}, {"dialect", "dialect "}};
    const char *level = level_of(page, rule);
    const char *between = *level ? ", " : " [";

    if (*level)
        (void)td_buf_addf(&page->out, " [%s", level);

    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        struct td_buf text = text_at(page, rule->at, marks[i].key);

        if (text.len > 0) {
            (void)td_buf_add_text(&page->out, between);
            (void)td_buf_add_text(&page->out, marks[i].words);
            (void)td_text_clean(&page->out, td_buf_bytes(&text));
            between = ", ";
        }
        td_buf_release(&text);
    }
    if (strcmp(between, " [") != 0)
        (void)td_buf_add_byte(&page->out, ']');
}

static void add_rule_text(struct page *page, const struct check_rule *rule)
{
    struct td_buf text = {0};
    size_t start = page->out.len;

    (void)td_buf_add_text(&page->out, "  ");
    (void)td_text_clean(&page->out, td_text(rule->id));
    while (page->out.len < start + 2 + page->widest)
        (void)td_buf_add_byte(&page->out, ' ');
    (void)td_buf_add_text(&page->out, "  ");
    check_explain_rule(&text, page->doc, rule->at);
    (void)td_text_clean(&page->out, td_buf_bytes(&text));
    td_buf_release(&text);
    text = text_at(page, rule->at, "note");
    if (text.len > 0) {
        (void)td_buf_add_text(&page->out, " (");
        (void)td_text_clean(&page->out, td_buf_bytes(&text));
        (void)td_buf_add_byte(&page->out, ')');
    }
    add_marks(page, rule);
    (void)td_buf_add_byte(&page->out, '\n');
    td_buf_release(&text);
}

/* What follows is about this document. */
static void turn_to(struct page *page, const struct td_jsonx *doc)
{
    page->doc = doc;
    page->json = &doc->json;
}

static void add_rules(struct page *page)
{
    const struct check_ruleset *set = &page->contract->set;

    if (page->as_json)
        td_json_array(&page->w, "rules");
    else if (set->rules_len > 0)
        (void)td_buf_addf(&page->out, "rules:\n");
    for (uint32_t i = 0; i < set->rules_len; i++) {
        turn_to(page, check_contract_rule_doc(page->contract, &set->rules[i]));
        if (page->as_json)
            add_rule_json(page, &set->rules[i]);
        else
            add_rule_text(page, &set->rules[i]);
    }
    turn_to(page, &page->contract->doc);
    if (page->as_json)
        td_json_array_end(&page->w);
}

/* Of an event that has a `match`, and perhaps a `dir`. */
static const char *said_of_shape(const struct page *page, uint32_t at)
{
    uint32_t dir = td_json_member(page->json, at, td_text("dir"));

    if (dir == 0)
        return "  told by its shape where its name is not known";
    return td_json_string_is(page->json, dir, td_text("in"))
               ? "  goes in, told by its shape where its name is not known"
               : "  goes out, told by its shape where its name is not known";
}

/* What an event is, as far as a line has room. */
static const char *said_of_event(const struct page *page, uint32_t at)
{
    if (td_json_member(page->json, at, td_text("match")))
        return said_of_shape(page, at);
    if (td_json_member(page->json, at, td_text("schema")))
        return "  its data meets a schema";
    if (td_json_member(page->json, at, td_text("text")))
        return "  text that meets a schema, no JSON";
    if (td_json_member(page->json, at, td_text("bytes")))
        return "  bytes, no JSON";
    return "  any data";
}

static void add_event(struct page *page, const struct check_contract_event *e)
{
    struct td_buf note = {0};

    if (e->doc) {
        turn_to(page, e->doc);
        note = text_at(page, e->source, "note");
    }
    if (page->as_json) {
        td_json_put_string(&page->w, NULL, e->name);
    } else {
        (void)td_buf_add_text(&page->out, "  ");
        (void)td_text_clean(&page->out, e->name);
        (void)td_buf_add_text(
            &page->out, e->doc ? said_of_event(page, e->source) : "  any data");
        (void)td_buf_add_text(&page->out, note.len ? "; " : "");
        (void)td_text_clean(&page->out, td_buf_bytes(&note));
        (void)td_buf_add_byte(&page->out, '\n');
    }
    td_buf_release(&note);
}

static void add_set(struct page *page, struct td_bytes name)
{
    const struct check_set *set =
        check_set_find(page->contract->set.words, name);
    struct td_buf events = {0};

    (void)td_json_unescape(&events, td_json_inner(&set->doc->json, set->at));
    if (page->as_json) {
        td_json_put_string(&page->w, (const char *)name.ptr,
                           td_buf_bytes(&events));
    } else {
        (void)td_buf_addf(&page->out, "  @%s  ", (const char *)name.ptr);
        (void)td_text_clean(&page->out, td_buf_bytes(&events));
        (void)td_buf_add_byte(&page->out, '\n');
    }
    td_buf_release(&events);
}

static void add_sets(struct page *page)
{
    const struct check_words *words = page->contract->set.words;

    if (check_set_count(words) == 0)
        return;
    if (page->as_json)
        td_json_object(&page->w, "sets");
    else
        (void)td_buf_addf(&page->out, "sets:\n");
    for (uint32_t i = 0; i < check_set_count(words); i++)
        add_set(page, check_set_name(words, i));
    if (page->as_json)
        td_json_object_end(&page->w);
}

static void add_events(struct page *page)
{
    const struct check_contract *c = page->contract;

    if (page->as_json)
        td_json_array(&page->w, "events");
    else if (c->events_len > 0)
        (void)td_buf_addf(&page->out, "events:\n");
    for (uint32_t i = 0; i < c->events_len; i++)
        add_event(page, &c->events[i]);
    turn_to(page, &c->doc);
    if (page->as_json)
        td_json_array_end(&page->w);
}

/* The text of a value that is text; else "". */
static struct td_buf text_of(const struct page *page, uint32_t at)
{
    struct td_buf text = {0};

    if (page->json->values[at].kind == TD_JSON_STRING)
        (void)td_json_unescape(&text, td_json_inner(page->json, at));
    return text;
}

/* A name that the contract can be told, and what it is for. */
static void add_choice(struct page *page, uint32_t name, struct td_buf *note)
{
    struct td_buf text = text_of(page, name);

    if (page->as_json) {
        td_json_put_key(&page->w, td_buf_bytes(&text));
        td_json_put_string(&page->w, NULL, td_buf_bytes(note));
    } else {
        (void)td_buf_add_text(&page->out, "  ");
        (void)td_text_clean(&page->out, td_buf_bytes(&text));
        (void)td_buf_add_text(&page->out, note->len ? "  " : "");
        (void)td_text_clean(&page->out, td_buf_bytes(note));
        (void)td_buf_add_byte(&page->out, '\n');
    }
    td_buf_release(&text);
    td_buf_release(note);
}

/* `profiles` or `dialects`: names in a list, or in an object with a text, or
 * with an object that has a note.
 */
static void add_choices(struct page *page, const char *key)
{
    uint32_t at = td_json_member(page->json, 0, td_text(key));
    bool list = at && page->json->values[at].kind == TD_JSON_ARRAY;

    if (at == 0)
        return;
    if (page->as_json)
        td_json_object(&page->w, key);
    else
        (void)td_buf_addf(&page->out, "%s:\n", key);
    for (uint32_t i = at + 1; i < page->json->values[at].next;
         i = page->json->values[list ? i : i + 1].next) {
        struct td_buf note = {0};

        if (!list && page->json->values[i + 1].kind == TD_JSON_OBJECT)
            note = text_at(page, i + 1, "note");
        else if (!list)
            note = text_of(page, i + 1);
        add_choice(page, i, &note);
    }
    if (page->as_json)
        td_json_object_end(&page->w);
}

/* Rules that every verdict has beside those of the contract. */
static void add_implied(struct page *page)
{
    static const char *const implied[][2] = {
        {"json", "Every message is JSON, or an event of text or bytes."},
        {"schema", "The data of each event meets its schema; one rule an "
                   "event."},
        {"unknown", "No event comes that is not among the events; unless "
                    "there are none, or unknown is ignore."},
        {"direction", "Where events say `dir`, on a tape they go that way."},
        {"channel", "Where events say `channel`, they come on connections that "
                    "are at it."},
        {"tape", "A tape is in order and adds up."},
        {"loss", "Nothing is missing from a tape."},
    };

    if (page->as_json)
        td_json_array(&page->w, "implied");
    else
        (void)td_buf_add_text(&page->out, "rules of every verdict:\n");
    for (size_t i = 0; i < sizeof(implied) / sizeof(implied[0]); i++) {
        if (!page->as_json) {
            (void)td_buf_addf(&page->out, "  %-9s  %s\n", implied[i][0],
                              implied[i][1]);
            continue;
        }
        td_json_object(&page->w, NULL);
        td_json_put_text(&page->w, "id", implied[i][0]);
        td_json_put_text(&page->w, "says", implied[i][1]);
        td_json_object_end(&page->w);
    }
    if (page->as_json)
        td_json_array_end(&page->w);
}

static void add_page(struct page *page, const char *path)
{
    if (page->as_json) {
        page->w = td_json_writer(&page->out);
        td_json_object(&page->w, NULL);
        td_json_put_text(&page->w, "contract", path);
    } else {
        (void)td_text_clean(&page->out, td_text(path));
        (void)td_buf_add_byte(&page->out, '\n');
    }
    add_events(page);
    add_sets(page);
    add_choices(page, "dialects");
    add_choices(page, "profiles");
    add_rules(page);
    add_implied(page);
    if (page->as_json) {
        td_json_object_end(&page->w);
        (void)td_json_line(&page->w);
    }
}

enum td_code cli_contract_explain(const struct cli_args *args,
                                  const struct schema_options *how,
                                  struct td_error *err)
{
    enum td_code code = TD_OK;

    for (int i = 1; i < cli_operands(args) && code == TD_OK; i++) {
        struct check_contract *contract;
        struct page page = {.as_json = cli_json(args)};

        code = check_contract_load(&contract, cli_operand(args, i), how, err);
        if (code)
            return code;
        for (uint32_t r = 0; r < contract->set.rules_len; r++) {
            size_t len = strlen(contract->set.rules[r].id);

            page.widest = len > page.widest ? len : page.widest;
        }
        page.contract = contract;
        turn_to(&page, &contract->doc);
        add_page(&page, cli_operand(args, i));
        code = cli_print(&page.out, err);
        td_buf_release(&page.out);
        check_contract_free(contract);
    }
    return code;
}

enum td_code cli_contract_schema(const struct cli_args *args,
                                 const struct schema_options *how,
                                 struct td_error *err)
{
    struct td_buf out = {0};
    enum td_code code;

    (void)args;
    (void)how;
    (void)td_buf_add(&out, cli_contract_schema_text,
                     cli_contract_schema_text_len);
    code = cli_print(&out, err);
    td_buf_release(&out);
    return code;
}
