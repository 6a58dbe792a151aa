#include "core/json_writer.h"
#include "schema/report/annotation.h"
#include "schema/report/explain.h"
#include "schema/value/pointer.h"

/* Units lie within each other no deeper than they ran. */
/* NOLINTBEGIN(misc-no-recursion) */

struct output {
    struct schema_run *r;
    uint32_t from; /* the value that was judged */
    enum schema_output_form form;
    struct td_json_writer w;
    struct td_buf text;
    bool noted; /* the unit at hand has an object of annotations */
};

/* The text so far as a string. */
static void say_text(struct output *o, const char *key)
{
    td_json_put_string(&o->w, key, td_buf_bytes(&o->text));
    td_buf_clear(&o->text);
}

static bool is_false_schema(const struct schema_op *op)
{
    return op->kind == SCHEMA_NEVER;
}

/* The three places of a unit, or of its keyword if key is not 0. */
static void say_places(struct output *o, uint32_t unit, uint32_t key)
{
    bool basic = o->form == SCHEMA_OUTPUT_BASIC;
    const struct schema_unit *u = &o->r->units[unit];
    const struct schema_node *node = &o->r->set->nodes[u->node];
    uint32_t at = key ? key : node->place.at;

    schema_add_path(&o->text, o->r, unit);
    schema_pointer(&o->text, schema_doc_of(o->r->set, u->node), node->place.at,
                   at);
    say_text(o, basic ? "keywordLocation" : "evaluationPath");
    schema_add_location(&o->text, o->r, u->node, at);
    say_text(o, basic ? "absoluteKeywordLocation" : "schemaLocation");
    schema_pointer(&o->text, o->r->doc, o->from, u->at);
    say_text(o, "instanceLocation");
}

static void add_message(struct output *o, uint32_t unit, uint32_t failure)
{
    struct schema_chosen chosen = {unit, failure, SCHEMA_SHAPE_PLAIN};

    (void)td_buf_add_text(&o->text, "expected ");
    schema_add_expected(&o->text, o->r, &chosen);
}

/* 2019-09 and 2020-12: one flat list of errors, or else of annotations. */
static void basic_errors(struct output *o, uint32_t unit)
{
    const struct schema_unit *u = &o->r->units[unit];

    for (uint32_t f = u->first_failure; f != SCHEMA_NONE;) {
        struct schema_failure failure = schema_failure_at(o->r, f);
        bool never = is_false_schema(&o->r->set->ops[failure.op]);

        td_json_object(&o->w, NULL);
        td_json_put_bool(&o->w, "valid", false);
        say_places(o, unit, never ? 0 : schema_failed_key(o->r, u, failure));
        add_message(o, unit, f);
        say_text(o, "error");
        td_json_object_end(&o->w);
        f = failure.next;
    }
    for (uint32_t kid = u->first_kid; kid != SCHEMA_NONE;
         kid = o->r->units[kid].next) {
        if (!o->r->units[kid].valid)
            basic_errors(o, kid);
    }
}

static void basic_note(void *self, const struct schema_unit *unit, uint32_t key,
                       struct td_bytes value)
{
    struct output *o = self;

    td_json_object(&o->w, NULL);
    td_json_put_bool(&o->w, "valid", true);
    say_places(o, (uint32_t)(unit - o->r->units), key);
    td_json_put_raw(&o->w, "annotation", value);
    td_json_object_end(&o->w);
}

/* Annotations count where everything around them holds. Those of names are of
 * no value in the document.
 */
static bool has_notes(const struct schema_run *r, uint32_t unit)
{
    enum schema_op_kind kind = r->set->ops[r->units[unit].op].kind;

    return kind != SCHEMA_NOT && kind != SCHEMA_NAMES;
}

static void each_note(struct output *o, uint32_t unit, schema_note_fn *note,
                      void *self)
{
    const struct schema_unit *u = &o->r->units[unit];

    if (!u->valid)
        return;
    schema_notes(o->r, unit, note, self);
    for (uint32_t kid = u->first_kid; kid != SCHEMA_NONE;
         kid = o->r->units[kid].next) {
        if (has_notes(o->r, kid))
            each_note(o, kid, note, self);
    }
}

static void say_basic(struct output *o)
{
    bool valid = o->r->units[0].valid;

    td_json_object(&o->w, NULL);
    td_json_put_bool(&o->w, "valid", valid);
    td_json_array(&o->w, valid ? "annotations" : "errors");
    if (valid)
        each_note(o, 0, basic_note, o);
    else
        basic_errors(o, 0);
    td_json_array_end(&o->w);
    td_json_object_end(&o->w);
}

static void say_keyword(struct output *o, const struct schema_unit *unit,
                        uint32_t key)
{
    td_json_put_key_body(
        &o->w, td_json_inner(schema_doc_of(o->r->set, unit->node), key));
}

static void unit_note(void *self, const struct schema_unit *unit, uint32_t key,
                      struct td_bytes value)
{
    struct output *o = self;

    if (!o->noted)
        td_json_object(&o->w, "annotations");
    o->noted = true;
    say_keyword(o, unit, key);
    td_json_put_raw(&o->w, NULL, value);
}

/* A keyword that fails twice (required) has one message. */
static void unit_errors(struct output *o, uint32_t unit)
{
    const struct schema_unit *u = &o->r->units[unit];
    uint32_t last = 0;

    if (u->first_failure == SCHEMA_NONE)
        return;
    td_json_object(&o->w, "errors");
    for (uint32_t f = u->first_failure; f != SCHEMA_NONE;) {
        struct schema_failure failure = schema_failure_at(o->r, f);
        bool never = is_false_schema(&o->r->set->ops[failure.op]);
        uint32_t key = never ? 0 : schema_failed_key(o->r, u, failure);
        uint32_t own = f;

        f = failure.next;
        if (key == last && last > 0)
            continue;
        last = key;
        if (never)
            td_json_put_key(&o->w, td_text(""));
        else
            say_keyword(o, u, key);
        add_message(o, unit, own);
        say_text(o, NULL);
    }
    td_json_object_end(&o->w);
}

/* A unit without the end of its object. */
static void say_unit(struct output *o, uint32_t unit)
{
    const struct schema_unit *u = &o->r->units[unit];

    td_json_object(&o->w, NULL);
    td_json_put_bool(&o->w, "valid", u->valid);
    say_places(o, unit, 0);
    o->noted = false;
    if (u->valid)
        schema_notes(o->r, unit, unit_note, o);
    else
        unit_errors(o, unit);
    if (o->noted)
        td_json_object_end(&o->w);
}

static void say_tree(struct output *o, uint32_t unit)
{
    const struct schema_unit *u = &o->r->units[unit];

    say_unit(o, unit);
    if (u->first_kid != SCHEMA_NONE) {
        td_json_array(&o->w, "details");
        for (uint32_t kid = u->first_kid; kid != SCHEMA_NONE;
             kid = o->r->units[kid].next)
            say_tree(o, kid);
        td_json_array_end(&o->w);
    }
    td_json_object_end(&o->w);
}

static void say_list(struct output *o)
{
    td_json_object(&o->w, NULL);
    td_json_put_bool(&o->w, "valid", o->r->units[0].valid);
    td_json_array(&o->w, "details");
    for (uint32_t i = 0; i < o->r->units_len; i++) {
        say_unit(o, i);
        td_json_object_end(&o->w);
    }
    td_json_array_end(&o->w);
    td_json_object_end(&o->w);
}

static void say_flag(struct output *o)
{
    td_json_object(&o->w, NULL);
    td_json_put_bool(&o->w, "valid", o->r->units[0].valid);
    td_json_object_end(&o->w);
}

enum td_code schema_output(struct schema_run *run, uint32_t root,
                           struct schema_value value,
                           enum schema_output_form form, struct td_buf *out)
{
    struct output o = {
        .r = run, .from = value.at, .form = form, .w = td_json_writer(out)};
    bool valid;

    run->keep_all = form != SCHEMA_OUTPUT_FLAG;
    schema_trace(run, root, value);
    if (run->gave_up)
        return TD_LIMIT;
    valid = run->units[0].valid;
    if (form == SCHEMA_OUTPUT_FLAG)
        say_flag(&o);
    else if (form == SCHEMA_OUTPUT_BASIC)
        say_basic(&o);
    else if (form == SCHEMA_OUTPUT_LIST)
        say_list(&o);
    else
        say_tree(&o, 0);
    td_buf_release(&o.text);
    return valid ? TD_OK : TD_FAILED;
}

struct reader {
    struct output o;
    void (*report)(void *self, const struct schema_annotation *annotation);
    void *self;
};

static void read_note(void *self, const struct schema_unit *unit, uint32_t key,
                      struct td_bytes value)
{
    struct reader *reader = self;
    struct schema_run *r = reader->o.r;
    struct td_buf *w = r->words;

    for (int i = 0; i < 4; i++)
        td_buf_clear(&w[i]);
    schema_pointer(&w[0], r->doc, reader->o.from, unit->at);
    schema_add_location(&w[1], r, unit->node,
                        r->set->nodes[unit->node].place.at);
    (void)td_json_unescape(
        &w[2], td_json_inner(schema_doc_of(r->set, unit->node), key));
    (void)td_buf_add_bytes(&w[3], value);
    reader->report(reader->self, &(struct schema_annotation){
                                     .path = td_buf_str(&w[0]),
                                     .schema = td_buf_str(&w[1]),
                                     .keyword = td_buf_str(&w[2]),
                                     .value = td_buf_str(&w[3]),
                                     .at = unit->at,
                                 });
}

enum td_code schema_annotate(
    struct schema_run *run, uint32_t root, struct schema_value value,
    void (*report)(void *self, const struct schema_annotation *annotation),
    void *self)
{
    struct reader reader = {
        .o = {.r = run, .from = value.at}, .report = report, .self = self};

    run->keep_all = true;
    schema_trace(run, root, value);
    if (run->gave_up)
        return TD_LIMIT;
    each_note(&reader.o, 0, read_note, &reader);
    return run->units[0].valid ? TD_OK : TD_FAILED;
}

/* NOLINTEND(misc-no-recursion) */
