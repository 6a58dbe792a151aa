/* cli/shared/hash_input.h - what a stream was judged by, so that a verdict can
 * be held to the files it speaks of.
 */
#ifndef CLI_SHARED_HASH_INPUT_H
#define CLI_SHARED_HASH_INPUT_H

#include "tape/state.h"
#include "validator/contract/load.h"
#include "validator/verdict/document.h"

/* Add a file to what the gate read, with its size and its SHA-256, as it is
 * now. format says what it is to the verdict: "stream", "contract", "schema".
 * A contract of the shelf ("std:NAME") is its text. Nothing is added if path is
 * NULL or no plain file that can be read, such as stdin.
 */
void cli_hash_input(struct verdict_document *doc, struct verdict_gate *gate,
                    const char *path, const char *format);

/* The same for a stream, of which it is known what the state of its tape is:
 * the gate is lossy if that tells of damage or losses, and the file stands as
 * partial.
 */
void cli_hash_stream(struct verdict_document *doc, struct verdict_gate *gate,
                     const char *path, const struct tape_state *state);

/* The same for the contract that was read from path, or NULL, and after it for
 * the files that it takes in, as "import".
 */
void cli_hash_contract(struct verdict_document *doc, struct verdict_gate *gate,
                       const char *path, const struct check_contract *contract);

#endif
