/* cli/verbs/console_settings.h - the settings of the verb console, for the
 * command config of the console itself.
 */
#ifndef CLI_VERBS_CONSOLE_SETTINGS_H
#define CLI_VERBS_CONSOLE_SETTINGS_H

#include "cli/options/args.h"
#include "console/console.h"

struct console_setting {
    const struct cli_args *args; /* of the call */
    struct cli_config *fresh;    /* read after a change; NULL: none was made */
    struct console_settings settings;
};

/* settings of the struct is ready for the console; both live as long as args.
 */
void cli_console_setting_init(struct console_setting *s,
                              const struct cli_args *args);
void cli_console_setting_release(struct console_setting *s);

#endif
