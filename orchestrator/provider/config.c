#include "orchestrator/provider/config.h"

#include "core/clock.h"
#include "core/fs.h"
#include "core/jsonx_object.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define KEY_ENV "OPENAI_API_KEY"
#define DIGITS  40

/* A document while it is read. */
struct reading {
    struct prov_config *config;
    struct td_jsonx doc;
    struct td_jsonx_reader reader;
    const char *folder; /* that it is in, with a slash behind it, or "" */
    struct prov_price *price;
    const char *key_file;
    const char *key_env;
    uint32_t key_at; /* value that names the key */
};

static enum td_code fail(struct reading *r, uint32_t at, const char *why)
{
    return td_jsonx_fail(&r->doc, at, TD_USAGE, r->reader.err, "%s", why);
}

/* Visible ASCII alone: what may stand in a header, a URL, a key. */
static bool is_visible(const char *text)
{
    for (; *text; text++)
        if (*text <= ' ' || *text > '~')
            return false;
    return true;
}

static enum td_code text_at(struct reading *r, uint32_t at, const char *why,
                            const char **out)
{
    char *text;

    if (!td_jsonx_is(&r->doc, at, TD_JSON_STRING))
        return fail(r, at, why);
    text = td_jsonx_text(&r->doc, at);
    *out = td_arena_copy(&r->config->arena, text);
    free(text);
    return **out ? TD_OK : fail(r, at, why);
}

static const char *beside(struct reading *r, const char *path)
{
    return *path == '/'
               ? path
               : td_arena_print(&r->config->arena, "%s%s", r->folder, path);
}

static const char *behind_scheme(const char *url)
{
    if (!strncasecmp(url, "http://", 7))
        return url + 7;
    return strncasecmp(url, "https://", 8) ? NULL : url + 8;
}

static enum td_code read_url(void *self, uint32_t at)
{
    static const char why[] = "url is http://HOST[:PORT][/PATH], or https";
    struct reading *r = self;
    const char *url = "";
    const char *rest;
    size_t len;
    enum td_code code = text_at(r, at, why, &url);

    if (code)
        return code;
    rest = behind_scheme(url);
    len = strlen(url);
    if (!rest || !*rest || *rest == '/' || *rest == ':' || !is_visible(url) ||
        strpbrk(rest, "?#\\") || len > PROV_URL_MAX)
        return fail(r, at, why);
    if (strchr(rest, '@'))
        return fail(r, at, "credentials do not belong into url; use key_file");
    while (url[len - 1] == '/')
        len--;
    r->config->url = td_arena_text(&r->config->arena, td_bytes(url, len));
    return TD_OK;
}

static enum td_code read_key_file(void *self, uint32_t at)
{
    struct reading *r = self;

    r->key_at = at;
    return text_at(r, at, "key_file is a path", &r->key_file);
}

static enum td_code read_key_env(void *self, uint32_t at)
{
    struct reading *r = self;

    r->key_at = at;
    return text_at(r, at, "key_env is the name of a variable", &r->key_env);
}

static enum td_code read_model(void *self, uint32_t at)
{
    struct reading *r = self;

    return text_at(r, at, "model is a text", &r->config->model);
}

static enum td_code read_ca(void *self, uint32_t at)
{
    struct reading *r = self;
    enum td_code code = text_at(r, at, "ca is a path", &r->config->ca);

    if (!code)
        r->config->ca = beside(r, r->config->ca);
    return code;
}

static enum td_code read_idle(void *self, uint32_t at)
{
    static const char why[] = "idle is a time above 0, as 60s";
    struct reading *r = self;
    const char *text = "";
    enum td_code code = text_at(r, at, why, &text);

    if (code)
        return code;
    return td_duration_parse(text, &r->config->idle_ns) || !r->config->idle_ns
               ? fail(r, at, why)
               : TD_OK;
}

static enum td_code dollars(struct reading *r, uint32_t at, double *out)
{
    const double most = 1e9;
    struct td_bytes raw = td_json_raw(&r->doc.json, at);
    char digits[DIGITS] = "";

    if (!td_jsonx_is(&r->doc, at, TD_JSON_NUMBER) || raw.len >= DIGITS)
        return fail(r, at, "a price is a number");
    memcpy(digits, raw.ptr, raw.len);
    *out = strtod(digits, NULL);
    return *out >= 0 && *out <= most
               ? TD_OK
               : fail(r, at, "a price is from 0 to 1000000000");
}

static enum td_code read_in(void *self, uint32_t at)
{
    struct reading *r = self;

    return dollars(r, at, &r->price->in);
}

static enum td_code read_out(void *self, uint32_t at)
{
    struct reading *r = self;

    return dollars(r, at, &r->price->out);
}

static enum td_code read_price(struct reading *r, uint32_t key, uint32_t at)
{
    static const struct td_jsonx_key keys[] = {
        {"in", read_in}, {"out", read_out}, {NULL, NULL}};
    char *model = td_jsonx_text(&r->doc, key);
    enum td_code code;

    r->price->model = td_arena_copy(&r->config->arena, model);
    free(model);
    if (!td_jsonx_member(&r->doc, at, "in") ||
        !td_jsonx_member(&r->doc, at, "out"))
        return fail(r, at,
                    "a price has in and out, in dollars for a million tokens");
    code = td_jsonx_read(&r->reader, at,
                         &(struct td_jsonx_shape){keys, "a price has"}, r);
    r->price++;
    return code;
}

static enum td_code read_prices(void *self, uint32_t at)
{
    struct reading *r = self;
    const struct td_json_value *values = r->doc.json.values;
    enum td_code code = TD_OK;

    if (!td_jsonx_is(&r->doc, at, TD_JSON_OBJECT) ||
        values[at].count > PROV_PRICES_MAX)
        return fail(r, at, "prices has at most 1000 models, each with a price");
    r->config->price_count = values[at].count;
    r->config->prices = td_arena_alloc(
        &r->config->arena, (values[at].count + 1) * sizeof(*r->config->prices));
    r->price = r->config->prices;
    for (uint32_t i = at + 1; i < values[at].next && !code;
         i = values[i + 1].next)
        code = read_price(r, i, i + 1);
    return code;
}

static enum td_code read_openai(void *self, uint32_t at)
{
    static const struct td_jsonx_key keys[] = {
        {"url", read_url},         {"key_file", read_key_file},
        {"key_env", read_key_env}, {"model", read_model},
        {"ca", read_ca},           {"idle", read_idle},
        {"prices", read_prices},   {NULL, NULL}};
    struct reading *r = self;

    return td_jsonx_read(&r->reader, at,
                         &(struct td_jsonx_shape){keys, "openai has"}, r);
}

/* Take a key, without the white space behind it. NULL: it is none. */
static const char *key_of(struct prov_config *config, struct td_bytes text)
{
    char *key;

    while (text.len && strchr(" \t\r\n", text.ptr[text.len - 1]))
        text.len--;
    if (!text.len || text.len > PROV_KEY_MAX || memchr(text.ptr, 0, text.len))
        return NULL;
    key = td_arena_text(&config->arena, text);
    if (is_visible(key))
        return key;
    explicit_bzero(key, strlen(key));
    return NULL;
}

static enum td_code read_key(struct reading *r, const char *path)
{
    struct td_buf text = {.max = PROV_KEY_MAX + 2};
    enum td_code code = td_fs_read(&text, path, r->reader.err);

    if (!code)
        r->config->key = key_of(r->config, td_buf_bytes(&text));
    if (text.cap)
        explicit_bzero(text.ptr, text.cap);
    td_buf_release(&text);
    return code || r->config->key
               ? code
               : fail(r, r->key_at, "the file of the key has no key in it");
}

static enum td_code settle_key(struct reading *r)
{
    const char *text;

    if (r->key_file && r->key_env)
        return fail(r, r->key_at, "say key_file or key_env, not both");
    if (r->key_file)
        return read_key(r, beside(r, r->key_file));
    if (!r->key_env)
        return TD_OK;
    text = getenv(r->key_env);
    r->config->key = text ? key_of(r->config, td_text(text)) : NULL;
    return r->config->key
               ? TD_OK
               : fail(r, r->key_at, "the variable of the key has no key in it");
}

static enum td_code read_document(struct reading *r)
{
    static const struct td_jsonx_key keys[] = {{"openai", read_openai},
                                               {NULL, NULL}};
    enum td_code code = td_jsonx_read(
        &r->reader, 0, &(struct td_jsonx_shape){keys, "providers have"}, r);

    return code ? code : settle_key(r);
}

static void set_defaults(struct prov_config *config)
{
    config->url = PROV_URL;
    config->idle_ns = PROV_IDLE_NS;
}

/* Read r->doc, which was parsed with this result. */
static enum td_code finish(struct reading *r, const char *name,
                           enum td_code code)
{
    const char *slash = strrchr(name, '/');

    set_defaults(r->config);
    r->folder =
        td_arena_text(&r->config->arena,
                      td_bytes(name, slash ? (size_t)(slash - name) + 1 : 0));
    if (!code)
        code = read_document(r);
    td_jsonx_release(&r->doc);
    if (code)
        prov_config_release(r->config);
    return code;
}

enum td_code prov_config_parse(struct prov_config *config, const char *name,
                               struct td_bytes text, struct td_error *err)
{
    struct td_error local = {.code = TD_OK};
    struct reading r = {.config = config};
    enum td_code code;

    r.reader =
        (struct td_jsonx_reader){.doc = &r.doc, .err = err ? err : &local};
    code = td_jsonx_parse(&r.doc, name, TD_JSONX_YAML, text, r.reader.err);
    return finish(&r, name, code);
}

enum td_code prov_config_load(struct prov_config *config, const char *path,
                              struct td_error *err)
{
    struct td_error local = {.code = TD_OK};
    struct reading r = {.config = config};
    enum td_code code;

    r.reader =
        (struct td_jsonx_reader){.doc = &r.doc, .err = err ? err : &local};
    code = td_jsonx_load(&r.doc, path, r.reader.err);
    return finish(&r, path, code);
}

enum td_code prov_config_default(struct prov_config *config,
                                 struct td_error *err)
{
    const char *text = getenv(KEY_ENV);

    set_defaults(config);
    if (!text || !*text)
        return TD_OK;
    config->key = key_of(config, td_text(text));
    return config->key ? TD_OK
                       : td_error_set(err, TD_USAGE, KEY_ENV, 0,
                                      "the variable has no key in it");
}

void prov_config_release(struct prov_config *config)
{
    if (config->key) {
        /* It was put into the arena above, where it may be written to. */
        char *key = (char *)(uintptr_t)config->key;

        explicit_bzero(key, strlen(key));
    }
    td_arena_release(&config->arena);
    *config = (struct prov_config){0};
}

const struct prov_price *prov_price_of(const struct prov_config *config,
                                       const char *model)
{
    for (uint32_t i = 0; i < config->price_count; i++)
        if (!strcmp(config->prices[i].model, model))
            return &config->prices[i];
    return NULL;
}
