/* config: what the console is set to. */
#include "console/console_internal.h"

#include <string.h>

#define KEY_VALUE 2 /* words of "KEY VALUE" */

struct asked {
    const char *action;
    size_t count; /* words behind the action */
    const char *const *words;
};

/* The action is left out where a key comes first. */
static struct asked read_call(const struct words_call *call)
{
    static const char *const names[] = {"show", "get", "set", "explain"};

    for (size_t i = 0; call->arg_count && i < 4; i++)
        if (!strcmp(call->args[0], names[i]))
            return (struct asked){names[i], call->arg_count - 1,
                                  call->args + 1};
    return (struct asked){call->arg_count == 0   ? "show"
                          : call->arg_count == 1 ? "get"
                                                 : "set",
                          call->arg_count, call->args};
}

static enum td_code check(const struct asked *asked, struct td_error *err)
{
    static const struct {
        const char *action;
        size_t least, most;
        const char *wants;
    } rows[] = {
        {"show", 0, 0, "nothing else"},
        {"get", 1, 1, "one KEY"},
        {"set", KEY_VALUE, KEY_VALUE, "KEY VALUE"},
        {"explain", 0, 1, "one KEY, or nothing else"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (!strcmp(rows[i].action, asked->action) &&
            (asked->count < rows[i].least || asked->count > rows[i].most))
            return td_error_set(err, TD_USAGE, "", 0, "%s wants %s",
                                asked->action, rows[i].wants);
    return TD_OK;
}

enum td_code console_config(struct console *c, const struct words_call *call,
                            struct td_error *err)
{
    const struct console_settings *settings = c->options.settings;
    struct asked asked = read_call(call);
    struct td_buf text = {0};
    struct td_error why = {0};
    enum td_code code;

    if (!settings)
        return td_error_set(err, TD_FAILED, "", 0,
                            "config: there are no settings here");
    code = check(&asked, &why);
    if (code == TD_OK && !strcmp(asked.action, "set"))
        code = settings->set(settings->ctx, asked.words[0], asked.words[1],
                             words_flag(call, "project"), &text, &why);
    else if (code == TD_OK)
        code =
            settings->tell(settings->ctx, asked.count ? asked.words[0] : NULL,
                           !strcmp(asked.action, "explain"), &text, &why);
    for (struct td_bytes rest = td_buf_bytes(&text);
         code == TD_OK && rest.len;) {
        const uint8_t *lf = memchr(rest.ptr, '\n', rest.len);
        size_t len = lf ? (size_t)(lf - rest.ptr) : rest.len;

        text_clean(&c->text, td_bytes(rest.ptr, len), &c->options.style);
        (void)td_buf_add_byte(&c->text, '\n');
        len += lf != NULL;
        rest = td_bytes(rest.ptr + len, rest.len - len);
    }
    td_buf_release(&text);
    if (code)
        return td_error_set(err, code, "", 0, "config: %s%s%s%s%s", why.where,
                            *why.where ? ": " : "", why.text,
                            *why.hint ? "; " : "", why.hint);
    return TD_OK;
}
