#include "cli/options/exit_status.h"

static int status_of_program;

void cli_exit_as(int status)
{
    status_of_program = status;
}

int cli_exit_status(enum td_code code)
{
    return code ? td_code_exit_status(code) : status_of_program;
}
