#include "cli/verbs/config_explain.h"

#include "cli/options/common.h"
#include "cli/options/find_verb.h"
#include "cli/verbs/verbs.h"
#include "core/json.h"
#include "core/json_writer.h"
#include "core/suggest.h"

#include <string.h>

/* "VERB.OPTION", or "OPTION" for what is set for every verb. */
struct key {
    const struct cli_command *verb; /* NULL = every verb */
    const struct cli_option *option;
};

struct page {
    struct td_buf text;
    struct td_json_writer w; /* into text */
    const struct config_explain *how;
    const struct key *key;
    struct td_buf wrong; /* lines of settings that are forgiven */
    unsigned told;       /* settings of the key */
};

static const struct cli_option *find_anywhere(const char *name)
{
    const struct cli_option *option = cli_option_named(cli_common, name);

    for (size_t i = 0; !option && cli_verbs[i]; i++)
        option = cli_option_named(cli_verbs[i]->options, name);
    return option;
}

static void offer(struct td_suggestion *near, const struct cli_option *options)
{
    for (; options && options->name; options++)
        td_suggest(near, options->name);
}

static enum td_code unknown_key(const struct cli_command *verb,
                                const char *text, const char *name,
                                struct td_error *err)
{
    struct td_suggestion near = {.word = name};

    offer(&near, cli_common);
    for (size_t i = 0; cli_verbs[i]; i++)
        if (!verb || verb == cli_verbs[i])
            offer(&near, cli_verbs[i]->options);
    (void)td_error_set(err, TD_USAGE, text, 0, "no option is called so");
    if (near.best)
        return td_error_hint(err, "did you mean %s%s%s?",
                             verb ? verb->name : "", verb ? "." : "",
                             near.best);
    if (verb)
        return td_error_hint(err, "all of it: tapedeck config explain %s",
                             verb->name);
    return td_error_hint(err, "write OPTION or VERB.OPTION, as in "
                              "record.max-size; all of a verb: tapedeck config "
                              "explain VERB");
}

static enum td_code find_key(struct key *key, const char *text,
                             struct td_error *err)
{
    char verb[64];
    const char *dot = strchr(text, '.');
    enum td_code code = TD_OK;

    *key = (struct key){NULL, NULL};
    if (!dot) {
        key->option = find_anywhere(text);
    } else if ((size_t)(dot - text) < sizeof(verb)) {
        (void)memcpy(verb, text, (size_t)(dot - text));
        verb[dot - text] = '\0';
        code = cli_verb_find(&key->verb, cli_verbs, verb, err);
        if (code)
            return code;
        key->option = cli_option_named(key->verb->options, dot + 1);
        if (!key->option)
            key->option = cli_option_named(cli_common, dot + 1);
    }
    if (key->option)
        return TD_OK;
    (void)unknown_key(key->verb, text, dot ? dot + 1 : text, err);
    return TD_USAGE;
}

/* No value of the option, which the verb forgives: it does not count. */
static bool is_wrong(const struct key *key, const struct cli_found *found)
{
    uint64_t number = 0;
    bool wrong = false;

    for (size_t i = 0; i < found->count && !wrong; i++)
        wrong = cli_value_read(key->option, found->texts[i], found->where,
                               &number, NULL) != TD_OK;
    return wrong && key->verb && key->verb->forgives;
}

static void add_json(struct td_json_writer *w, const struct cli_found *found,
                     bool wrong)
{
    td_json_object(w, NULL);
    if (wrong)
        td_json_put_bool(w, "wrong", true);
    td_json_put_text(w, "from", cli_origin_text(found->from));
    td_json_put_text(w, "where", found->where);
    td_json_array(w, "values");
    for (size_t i = 0; i < found->count; i++)
        td_json_put_text(w, NULL, found->texts[i]);
    td_json_array_end(w);
    td_json_object_end(w);
}

static void add_name(struct td_buf *out, const struct key *key)
{
    (void)td_buf_addf(out, "%s%s%s", key->verb ? key->verb->name : "",
                      key->verb ? "." : "", key->option->name);
}

static void add_line(struct page *page, const struct cli_found *found,
                     bool wrong)
{
    struct td_buf *out = wrong ? &page->wrong : &page->text;

    if (wrong || page->told) {
        (void)td_buf_add_text(out, wrong ? "  wrong " : "  hides ");
    } else {
        add_name(out, page->key);
        (void)td_buf_add_text(out, " = ");
    }
    for (size_t i = 0; i < found->count; i++)
        (void)td_buf_addf(out, "%s%s", i ? ", " : "", found->texts[i]);
    (void)td_buf_addf(out, "  (%s%s%s)\n", cli_origin_text(found->from),
                      found->where[0] ? ": " : "", found->where);
}

/* Goes through all settings, the one that counts first. */
static bool add_found(void *ctx, const struct cli_found *found)
{
    struct page *page = ctx;
    bool wrong = is_wrong(page->key, found);

    if (page->how->brief && (wrong || page->told))
        return !page->told;
    if (page->how->json)
        add_json(&page->w, found, wrong);
    else
        add_line(page, found, wrong);
    page->told += !wrong;
    return true;
}

static void add_preset(struct page *page)
{
    struct cli_found preset = {.from = CLI_FROM_PRESET};

    preset.one = page->key->option->preset;
    preset.texts = &preset.one;
    preset.count = preset.one ? 1 : 0;
    if (preset.one) {
        (void)add_found(page, &preset);
    } else if (!page->told && !page->how->json) {
        add_name(&page->text, page->key);
        (void)td_buf_add_text(&page->text, " is not set\n");
    }
}

/* What the call itself says. */
static void add_typed(struct page *page)
{
    const struct cli_args *args = page->how->typed;
    const struct cli_slot *slot =
        args && page->key->verb == args->command
            ? cli_args_slot(args, page->key->option->name)
            : NULL;
    struct cli_found found = {.from = CLI_FROM_FLAG};

    if (!slot || slot->from != CLI_FROM_FLAG)
        return;
    found.texts = (const char *const *)slot->texts;
    found.count = slot->count;
    (void)add_found(page, &found);
}

static void begin_key(struct page *page)
{
    struct td_buf full = {0};

    page->told = 0;
    if (!page->how->json)
        return;
    add_name(&full, page->key);
    td_json_object(&page->w, NULL);
    td_json_put_string(&page->w, "key", td_buf_bytes(&full));
    td_json_array(&page->w, "settings");
    td_buf_release(&full);
}

static void end_key(struct page *page)
{
    if (!page->how->json)
        return;
    td_json_array_end(&page->w);
    td_json_object_end(&page->w);
    (void)td_json_line(&page->w);
}

static const char *verb_of(const struct key *key)
{
    return key->verb ? key->verb->name : NULL;
}

static void explain_key(struct page *page, const struct key *key)
{
    page->key = key;
    page->w = td_json_writer(&page->text);
    begin_key(page);
    add_typed(page);
    cli_config_each(page->how->config, verb_of(key), key->option, add_found,
                    page);
    add_preset(page);
    (void)td_buf_add_bytes(&page->text, td_buf_bytes(&page->wrong));
    td_buf_clear(&page->wrong);
    end_key(page);
}

/* ---- several keys ---- */

static void explain_all(struct page *page, const struct cli_command *verb,
                        const struct cli_option *options)
{
    for (; options && options->name; options++) {
        const struct key key = {verb, options};

        explain_key(page, &key);
    }
}

struct asking {
    bool general; /* any setting counts; else those of the verb alone */
    bool found;
};

static bool on_found(void *ctx, const struct cli_found *found)
{
    struct asking *asking = ctx;

    asking->found = asking->general || found->of_verb;
    return !asking->found;
}

static void explain_if_set(struct page *page, const struct key *key)
{
    struct asking asking = {.general = !key->verb};

    cli_config_each(page->how->config, verb_of(key), key->option, on_found,
                    &asking);
    if (asking.found)
        explain_key(page, key);
}

/* Another verb before has an option of this name. */
static bool was_before(size_t verb, const char *name)
{
    bool was = cli_option_named(cli_common, name) != NULL;

    for (size_t i = 0; i < verb && !was; i++)
        was = cli_option_named(cli_verbs[i]->options, name) != NULL;
    return was;
}

static void explain_general(struct page *page)
{
    for (const struct cli_option *o = cli_common; o->name; o++)
        explain_if_set(page, &(const struct key){NULL, o});
    for (size_t i = 0; cli_verbs[i]; i++) {
        const struct cli_option *o = cli_verbs[i]->options;

        for (; o && o->name; o++)
            if (!was_before(i, o->name))
                explain_if_set(page, &(const struct key){NULL, o});
    }
}

static void explain_verbs(struct page *page)
{
    for (size_t i = 0; cli_verbs[i]; i++) {
        const struct cli_option *o = cli_verbs[i]->options;

        for (; o && o->name; o++)
            explain_if_set(page, &(const struct key){cli_verbs[i], o});
        for (o = cli_common; o->name; o++)
            explain_if_set(page, &(const struct key){cli_verbs[i], o});
    }
}

/* ---- what was asked for ---- */

/* One key, the options of a verb, or (NULL) all that is set. */
static enum td_code explain_name(struct page *page, const char *name,
                                 struct td_error *err)
{
    const struct cli_command *verb =
        name ? cli_verb_named(cli_verbs, name) : NULL;
    struct key key;
    enum td_code code = TD_OK;

    if (!name) {
        explain_general(page);
        explain_verbs(page);
    } else if (verb && !find_anywhere(name)) {
        explain_all(page, verb, verb->options);
        explain_all(page, verb, cli_common);
    } else {
        code = find_key(&key, name, err);
        if (code == TD_OK)
            explain_key(page, &key);
    }
    return code;
}

enum td_code cli_config_explain(struct td_buf *out,
                                const struct config_explain *how,
                                const char *name, struct td_error *err)
{
    struct page page = {.how = how};
    enum td_code code = explain_name(&page, name, err);

    if (code == TD_OK)
        (void)td_buf_add_bytes(out, td_buf_bytes(&page.text));
    td_buf_release(&page.text);
    td_buf_release(&page.wrong);
    return code;
}
