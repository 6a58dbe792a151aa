/* tests/support/tape_history.h - a tape as the history of a hub.
 *
 * It holds what is put, under the same numbers from 1: one that is being
 * written, by this process too, or one that is whole. What its writer has not
 * flushed cannot be read yet. path is borrowed; it is read from an event on
 * without what is before it, where the tape allows that. TD_LOSSY: the tape has
 * ended or is damaged before an event that was put.
 */
#ifndef TESTS_SUPPORT_TAPE_HISTORY_H
#define TESTS_SUPPORT_TAPE_HISTORY_H

#include "replayer/history.h"

struct play_history tape_history(const char *path);

#endif
