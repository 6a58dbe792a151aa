/* orchestrator/work/files.h - the files that inputs and outputs name, with what
 * is in them.
 *
 * A name is a path, a folder ("model/": all files in it, at any depth) or a
 * pattern (core/glob.h). Lists are sorted by the bytes of the path, and each
 * path is in them once, however many names match it.
 *
 * Hashes of files that have not changed are not taken again. A file counts as
 * unchanged if device, inode, size, mtime and ctime are those seen when its
 * hash was taken, and if that was more than WORK_SETTLE_NS after both times:
 * then any later write(2), truncate(2), rename(2) over it or utimensat(2) moves
 * its ctime. A file that is younger is read each time. This is not safe where
 * the clock of a file system is not that of this machine or is coarser (network
 * file systems, FAT), where somebody sets the clock back, or where a file stays
 * mapped for writing over the time of the look.
 */
#ifndef ORCHESTRATOR_WORK_FILES_H
#define ORCHESTRATOR_WORK_FILES_H

#include "core/arena.h"
#include "orchestrator/plan/plan.h"
#include "orchestrator/work/place.h"

#define WORK_HEX       65     /* digits of a hash and a NUL */
#define WORK_FILES_MAX 200000 /* of one task's inputs or outputs */

enum work_kind {
    WORK_FILE,
    WORK_FOLDER, /* named as "dir/"; itself, beside the files in it */
    WORK_LINK    /* in a tree, to a folder in the workspace; sha256 is that of
                    the text of the link. A link to a file is a file. */
};

struct work_file {
    const char *path; /* in the workspace */
    enum work_kind kind;
    bool exec;     /* its owner may execute it */
    uint64_t size; /* bytes; of a folder 0 */
    uint8_t sha256[WORK_SHA256];
};

/* All zeroes is valid and empty. */
struct work_files {
    struct td_arena arena;
    struct work_file *list;
    uint32_t count;
    uint32_t missing_count;
    const char **missing; /* names, as the plan has them, that no file has; a
                             glob that matches none is not among them if it is
                             an input */
    uint64_t read_bytes;  /* that had to be read for the hashes */
};

/* Frees all; *files is empty. */
void work_files_release(struct work_files *files);

/* Inputs as they are. What is missing is listed, and no error. TD_USAGE: a name
 * may not be; TD_FAILED: it leads out of the workspace, or is neither file nor
 * folder (a socket, a device, a link to nothing); TD_LIMIT; TD_IO.
 */
TD_MUST_CHECK enum td_code work_inputs(struct work_place *place,
                                       const struct plan_words *names,
                                       struct work_files *out,
                                       struct td_error *err);

/* Outputs, made to last: each file and each folder on the way is fsynced before
 * its hash is taken. What is in the list may be told. Codes as above, and
 * TD_FAILED, with all in out->missing and the first by name in err, if
 * something is missing.
 */
TD_MUST_CHECK enum td_code work_outputs(struct work_place *place,
                                        const struct plan_words *names,
                                        struct work_files *out,
                                        struct td_error *err);

/* Make the folders that these are to lie in, where they are missing, so that a
 * command need not. Of a glob it is what stands before its first part that has
 * one. What stands in the way is left to the command to stumble over.
 * TD_FAILED: a link leads out of the workspace; TD_IO.
 */
TD_MUST_CHECK enum td_code work_make_way(struct work_place *place,
                                         const struct plan_words *outputs,
                                         struct td_error *err);

/* The entry of a path; NULL: none. */
const struct work_file *work_files_find(const struct work_files *files,
                                        const char *path);

/* A hash as 64 digits. */
void work_hex(char out[WORK_HEX], const uint8_t sha256[WORK_SHA256]);

#endif
