/* cli/options/say.h - who is talking on stderr. */
#ifndef CLI_OPTIONS_SAY_H
#define CLI_OPTIONS_SAY_H

#include <stdbool.h>

/* Whether cli_complain() begins in color from now on. */
void cli_say_color(bool on);

/* The verb that cli_complain() names from now on; borrowed; NULL = none. */
void cli_say_verb(const char *verb);

#endif
