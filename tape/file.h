/* tape/file.h - a tape's file where it is not only added to. */
#ifndef TAPE_FILE_H
#define TAPE_FILE_H

#include "core/error.h"
#include "core/event.h"

#include <stdbool.h>

/* Whether bytes that were written can be written over: a regular file that is
 * not open for appending only. */
bool tape_file_can_patch(int fd);

/* Write all bytes at that offset. path is for the error. TD_IO. */
TD_MUST_CHECK enum td_code tape_file_write_at(int fd, const char *path,
                                              struct td_bytes bytes,
                                              uint64_t at,
                                              struct td_error *err);

#endif
