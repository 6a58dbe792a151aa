#include "cli/verbs/console_settings.h"

#include "cli/options/common.h"
#include "cli/options/config_edit.h"
#include "cli/options/find_verb.h"
#include "cli/verbs/config_explain.h"
#include "cli/verbs/verbs.h"
#include "core/suggest.h"

#include <string.h>

#define VERB "console."

/* What a call is about, which is no setting. */
static bool is_of_call(const struct cli_option *option)
{
    static const char *const names[] = {
        "command", "file", "session", "execution", "help", "json", "overwrite"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (!strcmp(names[i], option->name))
            return true;
    return false;
}

static const struct cli_option *find(const struct console_setting *s,
                                     const char *key)
{
    const struct cli_option *option =
        cli_option_named(s->args->command->options, key);

    if (!option)
        option = cli_option_named(cli_common, key);
    return option && !is_of_call(option) ? option : NULL;
}

static void offer(struct td_suggestion *near, const struct cli_option *options)
{
    for (; options->name; options++)
        if (!is_of_call(options))
            td_suggest(near, options->name);
}

static enum td_code unknown(const struct console_setting *s, const char *key,
                            struct td_error *err)
{
    struct td_suggestion near = {.word = key};

    offer(&near, s->args->command->options);
    offer(&near, cli_common);
    return near.best ? td_error_set(err, TD_USAGE, "", 0,
                                    "no key \"%.64s\"; did you mean \"%s\"?",
                                    key, near.best)
                     : td_error_set(err, TD_USAGE, "", 0,
                                    "no key \"%.64s\"; config lists all", key);
}

static enum td_code tell_one(const struct console_setting *s,
                             const struct cli_option *option, bool all,
                             struct td_buf *out)
{
    const struct config_explain how = {
        .config = s->fresh ? s->fresh : s->args->config,
        .typed = s->args,
        .brief = !all,
    };
    struct td_buf name = {0};
    struct td_buf text = {0};
    enum td_code code;

    (void)td_buf_addf(&name, VERB "%s", option->name);
    code = cli_config_explain(&text, &how, td_buf_str(&name), NULL);
    (void)td_buf_add(out, text.ptr + strlen(VERB), text.len - strlen(VERB));
    td_buf_release(&name);
    td_buf_release(&text);
    return code;
}

static enum td_code tell_all(const struct console_setting *s,
                             const struct cli_option *options, bool all,
                             struct td_buf *out)
{
    enum td_code code = TD_OK;

    for (; options->name && code == TD_OK; options++)
        if (!is_of_call(options))
            code = tell_one(s, options, all, out);
    return code;
}

static const char *bare(const char *key)
{
    return strncmp(key, VERB, strlen(VERB)) ? key : key + strlen(VERB);
}

static enum td_code tell(void *ctx, const char *key, bool all,
                         struct td_buf *out, struct td_error *err)
{
    const struct console_setting *s = ctx;
    const struct cli_option *option = key ? find(s, bare(key)) : NULL;
    enum td_code code;

    if (option)
        return tell_one(s, option, all, out);
    if (key)
        return unknown(s, key, err);
    code = tell_all(s, s->args->command->options, all, out);
    return code ? code : tell_all(s, cli_common, all, out);
}

/* Files are read anew, so that what counts is what the next call will see. */
static enum td_code reload(struct console_setting *s, struct td_error *err)
{
    struct cli_config *fresh = NULL;
    enum td_code code = cli_config_open(&fresh, cli_verbs, err);

    if (code)
        return code;
    cli_config_close(s->fresh);
    s->fresh = fresh;
    return TD_OK;
}

static enum td_code check(const struct cli_option *option, const char *value,
                          bool project, struct td_error *err)
{
    uint64_t number = 0;

    if (project && option->not_of_project)
        return td_error_set(err, TD_USAGE, "", 0,
                            "%s is not taken from a project's file",
                            option->name);
    return cli_value_read(option, value, option->name, &number, err);
}

static enum td_code set(void *ctx, const char *key, const char *value,
                        bool project, struct td_buf *out, struct td_error *err)
{
    struct console_setting *s = ctx;
    const struct cli_option *option = find(s, bare(key));
    struct td_buf path = {0};
    enum td_code code =
        option ? check(option, value, project, err) : unknown(s, key, err);

    if (code == TD_OK) {
        const struct cli_config_change change = {s->args->command->name,
                                                 option->name, value};

        code = cli_config_set(&change, project, &path, err);
    }
    td_buf_release(&path);
    if (code == TD_OK)
        code = reload(s, err);
    if (code == TD_OK)
        code = tell_one(s, option, false, out);
    if (code == TD_OK)
        (void)td_buf_add_text(out, "from the next start on\n");
    return code;
}

void cli_console_setting_init(struct console_setting *s,
                              const struct cli_args *args)
{
    *s = (struct console_setting){
        .args = args, .settings = {.ctx = s, .tell = tell, .set = set}};
}

void cli_console_setting_release(struct console_setting *s)
{
    cli_config_close(s->fresh);
}
