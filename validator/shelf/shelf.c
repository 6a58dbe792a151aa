#include "validator/shelf/shelf.h"

#include "core/fs.h"
#include "core/suggest.h"
#include "validator/shelf/embedded.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PREFIX "std:"

bool check_shelf_is(const char *path)
{
    return strncmp(path, PREFIX, strlen(PREFIX)) == 0;
}

const char *check_shelf_name(size_t i)
{
    return shelf_contracts[i].name;
}

static enum td_code not_there(const char *path, struct td_error *err)
{
    struct td_suggestion near = {.word = path + strlen(PREFIX)};

    for (const struct shelf_contract *c = shelf_contracts; c->name; c++)
        td_suggest(&near, c->name);
    (void)td_error_set(err, TD_USAGE, path, 0,
                       "the shelf has no contract of this name");
    if (near.best)
        return td_error_hint(err, "did you mean " PREFIX "%s?", near.best);
    return td_error_hint(err, "tapedeck contract list names them");
}

/* The contract of the path, or NULL. */
static const struct shelf_contract *find(const char *path)
{
    const char *name = path + strlen(PREFIX);

    for (const struct shelf_contract *c = shelf_contracts; c->name; c++) {
        if (strcmp(c->name, name) == 0)
            return c;
    }
    return NULL;
}

/* XDG: a path that is not absolute is to be ignored. */
static void add_folder(struct td_buf *path)
{
    const char *config = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");

    if (config && config[0] == '/')
        (void)td_buf_addf(path, "%s/tapedeck/contracts", config);
    else if (home && home[0] == '/')
        (void)td_buf_addf(path, "%s/.config/tapedeck/contracts", home);
}

bool check_shelf_own(struct td_buf *path, const char *std_name)
{
    struct td_buf own = {0};
    bool there;

    add_folder(&own);
    there = own.len > 0;
    (void)td_buf_addf(&own, "/%s.contract.yaml", std_name + strlen(PREFIX));
    there = there && access(td_buf_str(&own), F_OK) == 0;
    if (there)
        (void)td_buf_add_text(path, td_buf_str(&own));
    td_buf_release(&own);
    return there;
}

enum td_code check_shelf_read(struct td_buf *text, const char *path,
                              struct td_error *err)
{
    const struct shelf_contract *c;
    struct td_buf own = {0};
    enum td_code code = TD_OK;

    if (!check_shelf_is(path))
        return td_fs_read(text, path, err);
    c = find(path);
    if (!c)
        return not_there(path, err);
    if (check_shelf_own(&own, path))
        code = td_fs_read(text, td_buf_str(&own), err);
    else
        (void)td_buf_add_bytes(text, td_bytes(c->bytes, c->len));
    td_buf_release(&own);
    return code;
}

enum td_code check_shelf_load(struct td_jsonx *doc, const char *path,
                              struct td_error *err)
{
    const struct shelf_contract *c;
    struct td_buf own = {0};
    enum td_code code;

    if (!check_shelf_is(path))
        return td_jsonx_load(doc, path, err);
    c = find(path);
    if (!c)
        return not_there(path, err);
    code = check_shelf_own(&own, path)
               ? td_jsonx_load(doc, td_buf_str(&own), err)
               : td_jsonx_parse(doc, path, TD_JSONX_YAML,
                                td_bytes(c->bytes, c->len), err);
    td_buf_release(&own);
    return code;
}
