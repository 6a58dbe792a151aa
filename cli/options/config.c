#include "cli/options/config.h"

#include "cli/options/common.h"
#include "cli/options/find_verb.h"
#include "core/jsonx_object.h"
#include "core/mem.h"
#include "core/suggest.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROJECT_FILE ".tapedeck.yaml"
#define USER_FILE    "tapedeck/config.yaml"

/* One setting of a file. */
struct setting {
    struct setting *next;
    enum cli_origin from;
    const char *verb; /* NULL = of every verb; a name of the table */
    char *option;
    char **texts;
    char **places; /* the same where texts name files, from this directory */
    size_t count;
    bool bad; /* it was warned of, and does not count */
    char *where;
};

struct cli_config {
    const struct cli_command *const *verbs;
    struct setting *first;
    struct setting **last;
    struct td_buf warnings;
};

/* A file that is being read. */
struct file {
    struct cli_config *config;
    enum cli_origin from;
    const char *folder; /* it is in, and ends with /; "" is this directory */
    struct td_jsonx doc;
    struct td_error *err;
};

const char *cli_origin_text(enum cli_origin from)
{
    static const char *const texts[] = {
        [CLI_FROM_PRESET] = "default",
        [CLI_FROM_USER] = "user file",
        [CLI_FROM_PROJECT] = "project file",
        [CLI_FROM_ENVIRONMENT] = "environment",
        [CLI_FROM_FLAG] = "command line",
    };

    return texts[from];
}

static char *text_of(const struct td_jsonx *doc, uint32_t i)
{
    struct td_bytes raw = td_json_raw(&doc->json, i);

    return td_jsonx_is(doc, i, TD_JSON_STRING) ? td_jsonx_text(doc, i)
                                               : td_strndup(raw.ptr, raw.len);
}

static bool is_scalar(const struct td_jsonx *doc, uint32_t i)
{
    return !td_jsonx_is(doc, i, TD_JSON_OBJECT) &&
           !td_jsonx_is(doc, i, TD_JSON_ARRAY) &&
           !td_jsonx_is(doc, i, TD_JSON_NULL);
}

static bool any_verb_has(const struct cli_command *const *verbs,
                         const char *name)
{
    for (size_t i = 0; verbs[i]; i++) {
        if (cli_option_named(verbs[i]->options, name))
            return true;
    }
    return false;
}

static bool is_known(const struct cli_command *const *verbs,
                     const struct cli_command *verb, const char *name)
{
    return cli_option_named(cli_common, name) ||
           (verb ? cli_option_named(verb->options, name) != NULL
                 : any_verb_has(verbs, name));
}

static void offer_options(struct td_suggestion *suggest,
                          const struct cli_option *options)
{
    for (; options && options->name; options++)
        td_suggest(suggest, options->name);
}

static enum td_code unknown_key(struct file *file, uint32_t key,
                                const struct cli_command *verb,
                                const char *name)
{
    const struct cli_command *const *verbs = file->config->verbs;
    struct td_suggestion suggest = {.word = name};

    offer_options(&suggest, cli_common);
    for (size_t i = 0; verbs[i]; i++) {
        if (!verb)
            td_suggest(&suggest, verbs[i]->name);
        if (!verb || verb == verbs[i])
            offer_options(&suggest, verbs[i]->options);
    }
    (void)td_jsonx_fail(&file->doc, key, TD_USAGE, file->err,
                        "no option is called \"%.64s\"", name);
    if (suggest.best)
        return td_error_hint(file->err, "did you mean %s?", suggest.best);
    return td_error_hint(file->err, "see: tapedeck help%s%s", verb ? " " : "",
                         verb ? verb->name : "");
}

static struct setting *new_setting(struct file *file,
                                   const struct cli_command *verb, uint32_t key)
{
    struct setting *setting = td_calloc(1, sizeof(*setting));
    struct td_jsonx_mark mark = td_jsonx_where(&file->doc, key);
    struct td_buf where = {0};

    (void)td_buf_addf(&where, "%s:%u:%u", file->doc.name, mark.line,
                      mark.column);
    setting->where = td_strdup(td_buf_str(&where));
    td_buf_release(&where);
    setting->from = file->from;
    setting->verb = verb ? verb->name : NULL;
    setting->option = text_of(&file->doc, key);
    *file->config->last = setting;
    file->config->last = &setting->next;
    return setting;
}

/* Where the name of a file begins in a value of the option; NULL: there is
 * none. FILE, @FILE or PREFIX=DIR, as the table says.
 */
static const char *file_in(const struct cli_option *option, const char *text)
{
    const char *form = option->value ? option->value : "";
    const char *cut;

    if (option->type != CLI_TEXT && option->type != CLI_LIST)
        return NULL;
    if (!strcmp(form, "FILE") || !strcmp(form, "DIR") ||
        !strcmp(form, "CONTRACT"))
        return text;
    if (strstr(form, "@FILE"))
        return text[0] == '@' ? text + 1 : NULL;
    cut = strstr(form, "=DIR") ? strrchr(text, '=') : NULL;
    return cut ? cut + 1 : NULL;
}

static bool is_relative(const char *path)
{
    return path[0] != '\0' && path[0] != '/' && strcmp(path, "-") != 0;
}

/* The text, with the name of the file in it as seen from this directory. */
static char *place_of(const struct file *file, const struct cli_option *option,
                      const char *text)
{
    const char *path = file_in(option, text);
    struct td_buf out = {0};
    char *copy;

    if (!path || !is_relative(path))
        return td_strdup(text);
    (void)td_buf_add(&out, text, (size_t)(path - text));
    (void)td_buf_addf(&out, "%s%s", file->folder, path);
    copy = td_strdup(td_buf_str(&out));
    td_buf_release(&out);
    return copy;
}

/* The option of a name whose values name files; NULL: of none they do. */
static const struct cli_option *file_option(const struct cli_option *options,
                                            const char *name)
{
    const struct cli_option *option = cli_option_named(options, name);

    return option && (file_in(option, "@") || file_in(option, "=")) ? option
                                                                    : NULL;
}

static void add_places(struct file *file, const struct cli_command *verb,
                       struct setting *setting)
{
    const struct cli_command *const *verbs = file->config->verbs;
    const struct cli_option *option =
        verb ? file_option(verb->options, setting->option) : NULL;

    for (size_t i = 0; !verb && !option && verbs[i]; i++)
        option = file_option(verbs[i]->options, setting->option);
    if (!option || setting->count == 0)
        return;
    setting->places = td_calloc(setting->count + 1, sizeof(*setting->places));
    for (size_t i = 0; i < setting->count; i++)
        setting->places[i] = place_of(file, option, setting->texts[i]);
}

static enum td_code bad_value(struct file *file, uint32_t value)
{
    return td_jsonx_fail(&file->doc, value, TD_USAGE, file->err,
                         "is no text, number, true, false or list of these");
}

/* A scalar is one text, a list one text an element. */
static enum td_code add_texts(struct file *file, struct setting *setting,
                              uint32_t value)
{
    const struct td_json_value *v = &file->doc.json.values[value];
    bool list = v->kind == TD_JSON_ARRAY;
    uint32_t at = list ? value + 1 : value;

    setting->texts =
        td_calloc((list ? v->count : 1) + 1U, sizeof(*setting->texts));
    for (; at < v->next; at = file->doc.json.values[at].next) {
        if (!is_scalar(&file->doc, at))
            return bad_value(file, at);
        setting->texts[setting->count++] = text_of(&file->doc, at);
    }
    return TD_OK;
}

/* An error of a verb that forgives is a warning. */
static enum td_code settle(struct file *file, const struct cli_command *verb,
                           enum td_code code)
{
    const struct td_error *err = file->err;

    if (!code || !verb || !verb->forgives)
        return code;
    (void)td_buf_addf(&file->config->warnings, "%s: %s%s%s\n", err->where,
                      err->text, *err->hint ? "; " : "", err->hint);
    return TD_OK;
}

static enum td_code set_option(struct file *file,
                               const struct cli_command *verb, uint32_t key)
{
    struct setting *setting = new_setting(file, verb, key);
    enum td_code code = add_texts(file, setting, key + 1);

    setting->bad = code != TD_OK;
    add_places(file, verb, setting);
    return code;
}

/* key: value, at the top (verb NULL) or below a verb. */
static enum td_code add_option(struct file *file,
                               const struct cli_command *verb, uint32_t key)
{
    char *name = text_of(&file->doc, key);
    const struct cli_option *option =
        verb ? cli_option_named(verb->options, name) : NULL;
    enum td_code code = TD_OK;

    if (!is_known(file->config->verbs, verb, name))
        code = unknown_key(file, key, verb, name);
    else if (option && option->not_of_project && file->from == CLI_FROM_PROJECT)
        code = td_jsonx_fail(&file->doc, key, TD_USAGE, file->err,
                             "%s is not taken from a project's file", name);
    else if (!td_jsonx_is(&file->doc, key + 1, TD_JSON_NULL))
        code = set_option(file, verb, key);
    free(name);
    return settle(file, verb, code);
}

static enum td_code add_verb(struct file *file, const struct cli_command *verb,
                             uint32_t object)
{
    const struct td_json_value *values = file->doc.json.values;
    enum td_code code = TD_OK;

    for (uint32_t key = object + 1; key < values[object].next && !code;
         key = values[key + 1].next)
        code = add_option(file, verb, key);
    return code;
}

static enum td_code add_top(struct file *file)
{
    const struct td_json_value *values = file->doc.json.values;
    enum td_code code = TD_OK;

    if (values[0].kind == TD_JSON_NULL)
        return TD_OK;
    if (values[0].kind != TD_JSON_OBJECT)
        return td_jsonx_fail(&file->doc, 0, TD_USAGE, file->err,
                             "is no mapping of options");
    for (uint32_t key = 1; key < values[0].next && !code;
         key = values[key + 1].next) {
        char *name = text_of(&file->doc, key);
        const struct cli_command *verb =
            cli_verb_named(file->config->verbs, name);

        if (verb && values[key + 1].kind == TD_JSON_OBJECT)
            code = add_verb(file, verb, key + 1);
        else
            code = add_option(file, NULL, key);
        free(name);
    }
    return code;
}

static enum td_code add_file(struct cli_config *config, enum cli_origin from,
                             const char *path, struct td_error *err)
{
    char *here = get_current_dir_name();
    char *folder = td_strndup(path, (size_t)(strrchr(path, '/') + 1 - path));
    struct file file = {.config = config, .from = from, .err = err};
    enum td_code code = td_jsonx_load(&file.doc, path, err);
    size_t len = here ? strlen(here) : 0;
    bool beside =
        len > 0 && !strncmp(folder, here, len) && !strcmp(folder + len, "/");

    file.folder = beside ? "" : folder;
    if (!code)
        code = add_top(&file);
    td_jsonx_release(&file.doc);
    free(folder);
    free(here);
    return code;
}

/* The nearest project's file at or above this folder; nothing: there is none.
 */
static void find_project(struct td_buf *path)
{
    char *dir = get_current_dir_name();

    for (size_t len = dir ? strlen(dir) : 0; len > 0;) {
        td_buf_clear(path);
        (void)td_buf_addf(path, "%.*s/" PROJECT_FILE, (int)len, dir);
        if (access(td_buf_str(path), F_OK) == 0)
            break;
        td_buf_clear(path);
        while (len > 0 && dir[--len] != '/')
            ;
    }
    free(dir);
}

static void find_user(struct td_buf *path)
{
    const char *xdg = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");

    if (xdg && *xdg)
        (void)td_buf_addf(path, "%s/" USER_FILE, xdg);
    else if (home && *home)
        (void)td_buf_addf(path, "%s/.config/" USER_FILE, home);
}

enum td_code cli_config_path(struct td_buf *out, bool project,
                             struct td_error *err)
{
    char *dir;

    if (!project) {
        find_user(out);
        return out->len ? TD_OK
                        : td_error_set(err, TD_IO, "", 0,
                                       "there is no home for settings");
    }
    find_project(out);
    if (out->len)
        return TD_OK;
    dir = get_current_dir_name();
    (void)td_buf_addf(out, "%s/" PROJECT_FILE, dir ? dir : ".");
    free(dir);
    return TD_OK;
}

static enum td_code add_project(struct cli_config *config, struct td_error *err)
{
    struct td_buf path = {0};
    enum td_code code = TD_OK;

    find_project(&path);
    if (path.len)
        code = add_file(config, CLI_FROM_PROJECT, td_buf_str(&path), err);
    td_buf_release(&path);
    return code;
}

static enum td_code add_user(struct cli_config *config, struct td_error *err)
{
    struct td_buf path = {0};
    enum td_code code = TD_OK;

    find_user(&path);
    if (path.len && access(td_buf_str(&path), F_OK) == 0)
        code = add_file(config, CLI_FROM_USER, td_buf_str(&path), err);
    td_buf_release(&path);
    return code;
}

enum td_code cli_config_open(struct cli_config **out,
                             const struct cli_command *const *verbs,
                             struct td_error *err)
{
    struct cli_config *config = td_calloc(1, sizeof(*config));
    enum td_code code;

    config->verbs = verbs;
    config->last = &config->first;
    code = add_project(config, err);
    if (!code)
        code = add_user(config, err);
    if (code) {
        cli_config_close(config);
        config = NULL;
    }
    *out = config;
    return code;
}

const char *cli_config_warnings(struct cli_config *config)
{
    return config ? td_buf_str(&config->warnings) : "";
}

void cli_config_close(struct cli_config *config)
{
    while (config && config->first) {
        struct setting *setting = config->first;

        config->first = setting->next;
        for (size_t i = 0; i < setting->count; i++)
            free(setting->texts[i]);
        for (size_t i = 0; setting->places && i < setting->count; i++)
            free(setting->places[i]);
        free(setting->texts);
        free(setting->places);
        free(setting->option);
        free(setting->where);
        free(setting);
    }
    if (config)
        td_buf_release(&config->warnings);
    free(config);
}

/* Look TAPEDECK_VERB_OPTION (verb may be NULL) up. An empty variable counts as
 * not set. True if the caller wants to hear more.
 */
static bool say_variable(const char *verb, const char *option,
                         cli_found_fn *tell, void *ctx)
{
    struct cli_found found = {
        .from = CLI_FROM_ENVIRONMENT, .count = 1, .of_verb = verb != NULL};

    (void)snprintf(found.where, sizeof(found.where), "TAPEDECK_%s%s%s",
                   verb ? verb : "", verb ? "_" : "", option);
    for (char *p = found.where; *p; p++)
        *p = (char)(*p == '-' ? '_' : toupper((unsigned char)*p));
    found.one = getenv(found.where);
    found.texts = &found.one;
    return !found.one || !*found.one || tell(ctx, &found);
}

/* The settings of one file, of the verb or (NULL) general ones. */
static bool say_file(const struct cli_config *config, enum cli_origin from,
                     const char *verb, const struct cli_option *option,
                     cli_found_fn *tell, void *ctx)
{
    bool file = file_in(option, "@") || file_in(option, "=");

    if (from == CLI_FROM_PROJECT && option->not_of_project)
        return true;
    for (const struct setting *s = config->first; s; s = s->next) {
        struct cli_found found = {
            .from = from, .count = s->count, .of_verb = verb != NULL};

        if (s->bad || s->from != from || strcmp(s->option, option->name) != 0 ||
            (verb ? !s->verb || strcmp(s->verb, verb) != 0 : s->verb != NULL))
            continue;
        found.texts =
            (const char *const *)(file && s->places ? s->places : s->texts);
        (void)snprintf(found.where, sizeof(found.where), "%s", s->where);
        if (!tell(ctx, &found))
            return false;
    }
    return true;
}

void cli_config_each(const struct cli_config *config, const char *verb,
                     const struct cli_option *option, cli_found_fn *found,
                     void *ctx)
{
    bool more = true;

    if (verb)
        more = say_variable(verb, option->name, found, ctx);
    more = more && say_variable(NULL, option->name, found, ctx);
    for (int from = CLI_FROM_PROJECT; config && from >= CLI_FROM_USER; from--) {
        if (verb)
            more = more && say_file(config, (enum cli_origin)from, verb, option,
                                    found, ctx);
        more = more && say_file(config, (enum cli_origin)from, NULL, option,
                                found, ctx);
    }
}
