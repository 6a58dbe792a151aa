#include "orchestrator/spec/types.h"

#include <string.h>

static const char *const auth_names[] = {"none", "password", "token", "oauth"};
static const char *const level_names[] = {"small", "medium", "large",
                                          "massive"};
static const char *const focus_names[] = {"general", "security", "performance",
                                          "accessibility"};

const char *spec_auth_name(enum spec_auth auth)
{
    return auth_names[auth];
}

const char *spec_level_name(enum spec_level level)
{
    return level_names[level];
}

const char *spec_focus_name(enum spec_focus focus)
{
    return focus_names[focus];
}

enum spec_focus spec_focus_of(const char *name)
{
    unsigned i = 0;

    while (i < SPEC_FOCUSES && strcmp(focus_names[i], name) != 0)
        i++;
    return (enum spec_focus)i;
}
