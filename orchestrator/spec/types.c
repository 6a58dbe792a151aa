#include "orchestrator/spec/types.h"

static const char *const auth_names[] = {"none", "password", "token", "oauth"};
static const char *const level_names[] = {"small", "medium", "large",
                                          "massive"};

const char *spec_auth_name(enum spec_auth auth)
{
    return auth_names[auth];
}

const char *spec_level_name(enum spec_level level)
{
    return level_names[level];
}
