#include "cli/verbs/gates_script.h"

#include "core/json.h"

#include <ctype.h>
#include <string.h>

/* What only a shell understands, what would begin a comment of YAML, or a
 * variable of a gate.
 */
#define NEEDS_A_SHELL "$`()<>#%\\"
#define SEPARATORS    ";&|"

/* The next word with its quotes; what ends a command is a word of its own. */
static struct td_bytes take_word(struct td_bytes *rest)
{
    size_t at = 0;
    size_t len = 0;
    char quote = '\0';

    while (at < rest->len && isspace(rest->ptr[at]))
        at++;
    while (at + len < rest->len) {
        char c = (char)rest->ptr[at + len];

        if (!quote && (isspace((unsigned char)c) || strchr(SEPARATORS, c)))
            break;
        if (c == quote)
            quote = '\0';
        else if (!quote && (c == '"' || c == '\''))
            quote = c;
        len++;
    }
    if (len == 0 && at < rest->len)
        len = 1;
    struct td_bytes word = td_bytes(rest->ptr + at, len);
    *rest = td_bytes(rest->ptr + at + len, rest->len - at - len);
    return word;
}

static bool is_separator(struct td_bytes word)
{
    return word.len == 1 && strchr(SEPARATORS, word.ptr[0]);
}

/* "mocha", "_mocha", "node_modules/.bin/mocha" */
static bool is_tool(struct td_bytes word, const char *tool)
{
    size_t len = strlen(tool);

    return word.len >= len && !memcmp(word.ptr + word.len - len, tool, len) &&
           (word.len == len || word.ptr[word.len - len - 1] == '/' ||
            (word.len == len + 1 && word.ptr[0] == '_'));
}

/* Is this one of the options? *more: its value is the next word. */
static bool is_without(struct td_bytes word, const char *const *without,
                       bool *more)
{
    for (; *without; without++) {
        size_t len = strcspn(*without, "=");

        if (word.len < len || memcmp(word.ptr, *without, len) != 0)
            continue;
        if (word.len == len) {
            *more = (*without)[len] == '=';
            return true;
        }
        if (word.ptr[len] == '=')
            return true;
    }
    return false;
}

static bool is_plain(struct td_bytes word)
{
    for (size_t i = 0; i < word.len; i++) {
        if (strchr(NEEDS_A_SHELL, word.ptr[i]) || word.ptr[i] < ' ' ||
            word.ptr[i] > '~')
            return false;
        if (word.ptr[i] == ':' && (i + 1 == word.len || word.ptr[i + 1] == ' '))
            return false;
    }
    return true;
}

/* NAME=VALUE in front of a tool. */
static void take_variable(struct td_buf *env, struct td_bytes word)
{
    size_t len = 0;

    while (len < word.len && (isalnum(word.ptr[len]) || word.ptr[len] == '_'))
        len++;
    if (len == 0 || len == word.len || word.ptr[len] != '=' ||
        !is_plain(word) || memchr(word.ptr, '"', word.len) ||
        memchr(word.ptr, '\'', word.len))
        return;
    (void)td_buf_addf(env, "%s%.*s: \"%.*s\"", env->len > 0 ? ", " : "",
                      (int)len, (const char *)word.ptr,
                      (int)(word.len - len - 1),
                      (const char *)word.ptr + len + 1);
}

static void clear(struct cli_script_call *call)
{
    td_buf_clear(&call->words);
    td_buf_clear(&call->env);
}

/* The words behind the tool; false if they are not what is looked for. */
static bool take_words(struct cli_script_call *call, struct td_bytes *rest,
                       const char *also, const char *const *without)
{
    bool found = !also;
    bool skips = false;
    struct td_bytes word;

    while ((word = take_word(rest)).len > 0 && !is_separator(word)) {
        if (!is_plain(word))
            return false;
        found = found || td_bytes_is(word, also);
        if (skips)
            skips = false;
        else if (!is_without(word, without, &skips))
            (void)td_buf_addf(&call->words, " %.*s", (int)word.len,
                              (const char *)word.ptr);
    }
    return found;
}

static bool find_in(struct cli_script_call *call, struct td_bytes script,
                    const char *tool, const char *also,
                    const char *const *without)
{
    struct td_bytes word;
    bool is_script = false; /* "npm run mocha" */

    clear(call);
    for (; (word = take_word(&script)).len > 0;
         is_script = td_bytes_is(word, "run")) {
        if (is_tool(word, tool) && !is_script) {
            if (take_words(call, &script, also, without))
                return true;
            clear(call);
        } else if (is_separator(word)) {
            clear(call);
        } else {
            take_variable(&call->env, word);
        }
    }
    clear(call);
    return false;
}

static bool find_at(struct cli_script_call *call, const struct td_json_doc *doc,
                    uint32_t at, const char *tool, const char *also,
                    const char *const *without)
{
    struct td_buf script = {0};
    bool found = false;

    if (doc->values[at].kind == TD_JSON_STRING &&
        td_json_unescape(&script, td_json_inner(doc, at)) == TD_OK)
        found = find_in(call, td_buf_bytes(&script), tool, also, without);
    td_buf_release(&script);
    return found;
}

bool cli_script_find(struct cli_script_call *call, struct td_bytes package,
                     const char *tool, const char *also,
                     const char *const *without)
{
    struct td_json_doc doc = {0};
    uint32_t scripts = 0;
    uint32_t first = 0;
    bool found = false;

    *call = (struct cli_script_call){0};
    if (td_json_parse(&doc, package, TD_JSON_DEPTH_ALL, NULL) == TD_OK &&
        doc.values[0].kind == TD_JSON_OBJECT)
        scripts = td_json_member(&doc, 0, td_text("scripts"));
    if (scripts && doc.values[scripts].kind == TD_JSON_OBJECT) {
        first = td_json_member(&doc, scripts, td_text("test"));
        found = first && find_at(call, &doc, first, tool, also, without);
        for (uint32_t i = scripts + 1; !found && i < doc.values[scripts].next;
             i = doc.values[i + 1].next)
            found = find_at(call, &doc, i + 1, tool, also, without);
    }
    td_json_release(&doc);
    return found;
}

void cli_script_release(struct cli_script_call *call)
{
    td_buf_release(&call->words);
    td_buf_release(&call->env);
}
