/* validator/gates/words.h - commands as words, and the variables in them. */
#ifndef VALIDATOR_GATES_WORDS_H
#define VALIDATOR_GATES_WORDS_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "validator/verdict/document.h"

/* Split a command into words as a shell would, and no further: blanks part
 * words, '...' and "..." keep them, a backslash keeps what follows (in "..."
 * only before ", \ and $). Nothing else is special: no pipes, no patterns, no
 * variables but those of gates_expand(). false: a quote is open, or there are
 * too many.
 */
bool gates_split(struct td_arena *arena, const char *text,
                 struct verdict_words *out);

/* What only a shell would understand, outside of quotes: `;`, `&` or `|` at one
 * end of a word, `<` or `>` (with a digit) at its beginning, && or || or $( or
 * a backquote anywhere, each to the end of its word; a line break between
 * words. Of length 0: nothing. Other signs may be meant for the program, as
 * patterns are.
 */
struct td_bytes gates_shell_sign(const char *text);

/* Append the word between quotes of a POSIX shell. */
void gates_quote(struct td_buf *out, const char *word);

/* What a name stands for; NULL: nothing that is known. */
typedef const char *gates_lookup(void *self, const char *name);

/* The text with $NAME and ${NAME} replaced. $$ is $. A name is letters, digits
 * and _, in braces also "." and "-". Names that lookup does not know are left
 * as they stand (a shell may know them), unless they are in braces with a ".":
 * then *bad is the name and the answer is NULL.
 */
const char *gates_expand(struct td_arena *arena, const char *text,
                         gates_lookup *lookup, void *self, const char **bad);

/* Names of files that a pattern takes in (core/glob.h, TD_GLOB_HIDDEN), sorted,
 * at most max. The pattern is one of a path below root, or absolute; what is
 * special in it is not so in root. Nothing in .git is found, nor below
 * GATES_LEVELS_MAX folders.
 */
struct verdict_words gates_files(struct td_arena *arena, const char *root,
                                 const char *pattern, size_t max);

#endif
