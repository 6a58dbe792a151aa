/* tapedeck config explain KEY: where a value comes from. */
#include "cli/options/args.h"
#include "cli/options/common.h"
#include "cli/options/find_verb.h"
#include "cli/verbs/verbs.h"
#include "core/fs.h"
#include "core/json.h"
#include "core/json_writer.h"

#include <string.h>

/* "VERB.OPTION", or "OPTION" for what is set for every verb. */
struct key {
    const struct cli_command *verb; /* NULL = every verb */
    const struct cli_option *option;
};

struct page {
    struct td_buf text;
    struct td_json_writer w; /* into text */
    const struct key *key;
    bool json;
    unsigned told; /* settings */
};

static const struct cli_option *find_anywhere(const char *name)
{
    const struct cli_option *option = cli_option_named(cli_common, name);

    for (size_t i = 0; !option && cli_verbs[i]; i++)
        option = cli_option_named(cli_verbs[i]->options, name);
    return option;
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
    (void)td_error_set(err, TD_USAGE, text, 0, "no option is called so");
    (void)td_error_hint(err, "write OPTION or VERB.OPTION, as in "
                             "record.max-size");
    return TD_USAGE;
}

static void add_json(struct td_json_writer *w, const struct cli_found *found)
{
    td_json_object(w, NULL);
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

static void add_line(struct page *page, const struct cli_found *found)
{
    struct td_buf *out = &page->text;

    (void)td_buf_add_text(out, page->told ? "  hides " : "");
    if (!page->told) {
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

    if (page->json)
        add_json(&page->w, found);
    else
        add_line(page, found);
    page->told++;
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
    } else if (!page->told && !page->json) {
        add_name(&page->text, page->key);
        (void)td_buf_add_text(&page->text, " is not set\n");
    }
}

static enum td_code explain(const struct cli_args *args, const char *name,
                            struct td_error *err)
{
    struct key key;
    struct page page = {.key = &key, .json = cli_json(args)};
    enum td_code code = find_key(&key, name, err);

    page.w = td_json_writer(&page.text);
    if (code)
        return code;
    if (page.json) {
        struct td_buf full = {0};

        add_name(&full, &key);
        td_json_object(&page.w, NULL);
        td_json_put_string(&page.w, "key", td_buf_bytes(&full));
        td_json_array(&page.w, "settings");
        td_buf_release(&full);
    }
    cli_config_each(args->config, key.verb ? key.verb->name : NULL, key.option,
                    add_found, &page);
    add_preset(&page);
    if (page.json) {
        td_json_array_end(&page.w);
        td_json_object_end(&page.w);
        (void)td_json_line(&page.w);
    }
    code = td_fs_replace("-", td_buf_bytes(&page.text), err);
    td_buf_release(&page.text);
    return code;
}

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    if (!strcmp(cli_operand(args, 0), "explain"))
        return explain(args, cli_operand(args, 1), err);
    (void)td_error_set(err, TD_USAGE, cli_operand(args, 0), 0,
                       "no such thing to do");
    return td_error_hint(err, "write: tapedeck config explain KEY");
}

const struct cli_command cli_cmd_config = {
    .name = "config",
    .summary = "Say where the value of an option comes from.",
    .usage = "explain KEY",
    .words = "explain",
    .details =
        "KEY is OPTION or VERB.OPTION. The setting that counts comes first, "
        "then those it hides. In order: the command line; the environment "
        "(TAPEDECK_RECORD_MAX_SIZE for one verb, TAPEDECK_MAX_SIZE for all); "
        "the nearest .tapedeck.yaml in this directory or above; "
        "~/.config/tapedeck/config.yaml; the default.\n"
        "\n"
        "A file is a mapping of options; a verb's name holds a mapping for "
        "that verb alone. Files and folders that it names are looked for "
        "beside it:\n"
        "\n"
        "    color: never\n"
        "    record:\n"
        "      max-size: 1G",
    .examples = "tapedeck config explain record.max-size\n"
                "TAPEDECK_COLOR=never tapedeck config explain color",
    .min_operands = 2,
    .max_operands = 2,
    .run = run,
};
