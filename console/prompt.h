/* console/prompt.h - the prompt: the line that is typed, and what may stand in
 * its place or below it: a menu of completions, a search of earlier lines, a
 * question of the specification, the log that is followed.
 *
 * Bytes of the terminal go in; it is drawn as lines, of which one has the
 * cursor.
 */
#ifndef CONSOLE_PROMPT_H
#define CONSOLE_PROMPT_H

#include "console/console_internal.h"
#include "console/line/line.h"

struct prompt;

/* All of it works on c. */
struct prompt *prompt_new(struct console *c);
void prompt_free(struct prompt *prompt);

/* The line, for those that fill its history. */
struct line *prompt_line(struct prompt *prompt);

/* One byte. What is left for the terminal to do: LINE_ENTERED: prompt_take();
 * LINE_STOPPED: Ctrl-C where it had nothing else to end; others as of
 * line_feed(). LINE_TAB never comes. */
enum line_key prompt_feed(struct prompt *prompt, uint8_t byte);

/* The command that was entered, and what is shown of it in the scrollback,
 * appended; the line is empty then. False: there is none. */
bool prompt_take(struct prompt *prompt, struct td_buf *command,
                 struct td_buf *shown);

/* Ctrl-C on an empty line, while a run goes on: the prompt asks what that is to
 * do. c is `cancel` that was entered, d and once more are LINE_STOPPED; any
 * other key ends the question. */
void prompt_ask_leave(struct prompt *prompt);

/* An Esc has come, and nothing behind it yet: prompt_alone() says that it was a
 * key of its own. */
bool prompt_waits(const struct prompt *prompt);
void prompt_alone(struct prompt *prompt);

/* Rows below the line that has the cursor. */
size_t prompt_rows(const struct prompt *prompt);

/* Append its lines; the column of the cursor, which is in the first. */
size_t prompt_draw(struct prompt *prompt, struct td_buf *out);

#endif
