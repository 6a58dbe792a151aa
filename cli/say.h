/* cli/say.h - who is talking on stderr. */
#ifndef CLI_SAY_H
#define CLI_SAY_H

/* The verb that cli_complain() names from now on; borrowed; NULL = none. */
void cli_say_verb(const char *verb);

#endif
