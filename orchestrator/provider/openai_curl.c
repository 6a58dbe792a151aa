#include "orchestrator/provider/openai_curl.h"

#include <dlfcn.h>
#include <string.h>

#define LIBRARY "libcurl.so.4"

struct openai_curl openai_curl;

/* ISO C has no conversion of a void pointer to one to a function; POSIX says
 * that their bytes are alike.
 */
static void find(void *library, const char *name, void *function,
                 const char **missing)
{
    void *found = dlsym(library, name);

    memcpy(function, &found, sizeof(found));
    if (!found)
        *missing = name;
}

#define FIND(name) find(library, "curl_" #name, &table.name, &missing);

enum td_code openai_curl_load(struct td_error *err)
{
    struct openai_curl table;
    const char *missing = NULL;
    void *library;

    if (openai_curl.easy_init)
        return TD_OK;
    library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        (void)td_error_set(err, TD_IO, LIBRARY, 0, "cannot be loaded: %.150s",
                           dlerror());
        return td_error_hint(err, "models are asked through libcurl: apt "
                                  "install libcurl4");
    }
    OPENAI_CURL(FIND)
    if (missing) {
        (void)dlclose(library);
        return td_error_set(err, TD_IO, LIBRARY, 0,
                            "it has no %s: it is older than 7.84", missing);
    }
    openai_curl = table;
    return TD_OK;
}
