/* cli/verbs/config_explain.h - where the values of options come from. */
#ifndef CLI_VERBS_CONFIG_EXPLAIN_H
#define CLI_VERBS_CONFIG_EXPLAIN_H

#include "cli/options/args.h"

struct config_explain {
    const struct cli_config *config;
    const struct cli_args *typed; /* a call, whose options come first; or NULL
                                   */
    bool json;                    /* an object for each key */
    bool brief;                   /* only the setting that counts */
};

/* Append what is to be said of one key (OPTION or VERB.OPTION), of each option
 * of a verb, or (NULL) of all that is set. TD_USAGE: no such key. */
TD_MUST_CHECK enum td_code cli_config_explain(struct td_buf *out,
                                              const struct config_explain *how,
                                              const char *name,
                                              struct td_error *err);

#endif
