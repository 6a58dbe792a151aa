/* core/proc_why.h - why a program could not be started.
 *
 * The kernel has one number for many causes: "No such file or directory" is
 * said of the program, of the interpreter that its first line asks for, and of
 * the folder that it was to start in. This looks which it was.
 */
#ifndef CORE_PROC_WHY_H
#define CORE_PROC_WHY_H

#include "core/error.h"

/* Set err for a program (as given: with a / a path from dir, else looked up in
 * PATH) that was to start in dir (NULL: where this process is), and for which
 * exec(3) or what came before it failed with errnum. TD_IO always; the hint
 * says what to do about it, if that is known.
 */
enum td_code td_proc_why(const char *program, const char *dir, int errnum,
                         struct td_error *err);

#endif
