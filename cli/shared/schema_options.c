#include "cli/shared/schema_options.h"

#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

enum td_code cli_schema_read(struct schema_options *how,
                             const struct cli_args *args, struct td_error *err)
{
    const char *const *list = cli_list(args, "schema-map");
    struct schema_map *map;
    size_t count = 0;

    while (list[count])
        count++;
    map = td_calloc(count + 1, sizeof(*map));
    *how = (struct schema_options){
        .assert_format = cli_flag(args, "format-assertion"),
        .assert_content = cli_flag(args, "content-assertion"),
        .dialect = cli_text(args, "default-dialect"),
        .map = map,
        .allow = cli_list(args, "allow-refs"),
    };
    for (size_t i = 0; i < count; i++) {
        const char *cut = strrchr(list[i], '=');

        if (!cut)
            return td_error_set(err, TD_USAGE, "--schema-map", 0,
                                "\"%s\" is not PREFIX=DIR", list[i]);
        map[i].prefix = td_strndup(list[i], (size_t)(cut - list[i]));
        map[i].folder = cut + 1;
    }
    return TD_OK;
}

void cli_schema_release(struct schema_options *how)
{
    struct schema_map *map = (struct schema_map *)(uintptr_t)how->map;

    for (size_t i = 0; map && map[i].prefix; i++)
        free((void *)(uintptr_t)map[i].prefix);
    free(map);
    how->map = NULL;
}
