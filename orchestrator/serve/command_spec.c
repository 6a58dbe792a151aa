/* The specification of the state folder: the one that the verb spec keeps. */
#include "orchestrator/serve/args.h"

#include "core/fs.h"
#include "orchestrator/spec/show.h"

#include <string.h>

static enum td_code save(const struct serve_call *call, const struct spec *spec,
                         struct td_error *err)
{
    struct td_buf path = {0};
    struct td_buf text = {0};
    enum td_code code;

    serve_state_path(call->serve, SERVE_SPEC, &path);
    spec_write(spec, &text);
    code = td_fs_replace(td_buf_str(&path), td_buf_bytes(&text), err);
    td_buf_release(&path);
    td_buf_release(&text);
    return code;
}

static void tell(const struct serve_call *call, const struct spec *spec)
{
    struct td_buf *line = &call->answer->output;
    struct td_json_writer w = td_json_writer(&call->answer->data);

    if (line->len == 0)
        spec_show_line(spec, line);
    if (line->len && line->ptr[line->len - 1] == '\n')
        line->len--;
    spec_show_json(spec, &w, NULL);
}

/* False: there is none, or it cannot be read. */
static bool have(const struct serve_call *call, struct spec *spec)
{
    struct td_buf path = {0};
    struct td_error err;
    enum td_code code;

    serve_state_path(call->serve, SERVE_SPEC, &path);
    code = spec_load(spec, td_buf_str(&path), &err);
    td_buf_release(&path);
    if (code == TD_IO)
        serve_fail(call->answer, 404,
                   "nothing is specified yet; give text, a description");
    else if (code)
        serve_fail_by(call->answer, &err);
    return !code;
}

/* One that is there is only replaced by who says so. */
static bool may_begin(const struct serve_call *call)
{
    uint32_t at = serve_member(call->doc, call->args, "replace");
    struct serve_answer ignored = {.success = true};
    struct serve_call look = *call;
    struct spec old = {.description = NULL};
    bool there;

    look.answer = &ignored;
    there = have(&look, &old) || ignored.status != 404;
    if (there && (!at || call->doc->values[at].kind != TD_JSON_TRUE))
        serve_fail(call->answer, 409,
                   "one is open (%u %%); spec new drops it (replace: true)",
                   old.description ? spec_completeness(&old) : 0);
    else
        there = false;
    spec_release(&old);
    serve_answer_release(&ignored);
    return !there;
}

static enum td_code type_of(const struct serve_call *call, enum spec_type *type,
                            struct td_error *err)
{
    struct td_buf word = {0};
    enum td_code code = TD_OK;

    *type = SPEC_TYPES;
    if (serve_arg_text(call, "type", &word)) {
        *type = spec_type_of(td_buf_str(&word));
        if (*type == SPEC_TYPES)
            code = spec_no_type(td_buf_str(&word), err);
    }
    td_buf_release(&word);
    return code;
}

static enum spec_focus focus_of(const struct serve_call *call)
{
    enum spec_focus focus = SPEC_GENERAL;

    while (focus < SPEC_FOCUSES &&
           !td_bytes_is(serve_arg(call, "focus"), spec_focus_name(focus)))
        focus++;
    return focus == SPEC_FOCUSES ? SPEC_GENERAL : focus;
}

static void begin(const struct serve_call *call)
{
    enum td_code code;
    struct spec spec = {.description = NULL};
    struct td_buf text = {0};
    enum spec_type type;
    struct td_error err;

    if (!may_begin(call))
        return;
    (void)serve_arg_text(call, "text", &text);
    code = type_of(call, &type, &err);
    if (code == TD_OK)
        code = spec_begin(&spec, td_buf_bytes(&text), type, &err);
    spec.focus = focus_of(call);
    if (code || save(call, &spec, &err))
        serve_fail_by(call->answer, &err);
    else
        tell(call, &spec);
    spec_release(&spec);
    td_buf_release(&text);
}

/* The category that is named, or what is asked next. */
static enum td_code category_of(const struct serve_call *call,
                                const struct spec *spec,
                                enum spec_category *category,
                                struct td_error *err)
{
    struct td_buf word = {0};
    enum td_code code = TD_OK;

    if (serve_arg_text(call, "category", &word)) {
        *category = spec_category_of(td_buf_str(&word));
        if (*category == SPEC_CATEGORIES)
            code = spec_no_category(td_buf_str(&word), err);
    } else if (!spec_next(spec, category)) {
        code = td_error_set(err, TD_USAGE, "answer", 0, "all is answered");
    }
    td_buf_release(&word);
    return code;
}

static void answer(const struct serve_call *call)
{
    struct spec spec = {.description = NULL};
    enum spec_category category = SPEC_CATEGORIES;
    struct td_buf text = {0};
    struct td_error err;

    if (!have(call, &spec))
        return;
    (void)serve_arg_text(call, "text", &text);
    if (category_of(call, &spec, &category, &err) ||
        spec_answer(&spec, category, td_buf_bytes(&text), &err) ||
        save(call, &spec, &err)) {
        serve_fail_by(call->answer, &err);
    } else {
        spec_show_answer(&spec, category, &call->answer->output);
        tell(call, &spec);
    }
    spec_release(&spec);
    td_buf_release(&text);
}

static void show(const struct serve_call *call)
{
    struct spec spec = {.description = NULL};

    if (have(call, &spec))
        tell(call, &spec);
    spec_release(&spec);
}

static void ready(const struct serve_call *call)
{
    struct spec spec = {.description = NULL};
    struct td_buf missing = {0};

    if (!have(call, &spec))
        return;
    spec_show_missing(&spec, &missing);
    (void)td_buf_addf(&call->answer->output, "%s; %u %%",
                      missing.len ? "not ready" : "ready",
                      spec_completeness(&spec));
    tell(call, &spec);
    if (missing.len)
        serve_fail(call->answer, 409, "not answered: %s", td_buf_str(&missing));
    td_buf_release(&missing);
    spec_release(&spec);
}

static void by_text(const struct serve_call *call)
{
    if (serve_member(call->doc, call->args, "text"))
        begin(call);
    else
        show(call);
}

static const struct serve_arg_rule of_begin[] = {
    SERVE_ARG_ACTION,
    {"text", SERVE_ARG_TEXT, 0, 0, NULL},
    {"type", SERVE_ARG_TEXT, 0, 0, NULL},
    {"focus", SERVE_ARG_WORD, 0, 0, SERVE_FOCUSES},
    {"replace", SERVE_ARG_FLAG, 0, 0, NULL},
    SERVE_ARG_END};
static const struct serve_arg_rule of_answer[] = {
    SERVE_ARG_ACTION,
    {"text", SERVE_ARG_TEXT, 0, 0, NULL},
    {"category", SERVE_ARG_TEXT, 0, 0, NULL},
    SERVE_ARG_END};
static const struct serve_arg_rule bare[] = {SERVE_ARG_ACTION, SERVE_ARG_END};

void serve_command_spec(const struct serve_call *call)
{
    static const struct serve_action actions[] = {
        {"begin", by_text, of_begin}, {"answer", answer, of_answer},
        {"show", show, bare},         {"ready", ready, bare},
        {NULL, NULL, NULL},
    };

    serve_call_action(call, actions);
}
