#include "cli/shared/fresh_tape.h"

#include "core/fs.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A device or pipe that was written to is nobody's to remove. */
static bool is_file(const char *path)
{
    struct stat st;

    return strcmp(path, "-") != 0 && stat(path, &st) == 0 &&
           S_ISREG(st.st_mode);
}

static void forget(struct cli_fresh *fresh)
{
    if (fresh->lock >= 0)
        (void)close(fresh->lock);
    fresh->lock = -1;
    tape_place_release(&fresh->place);
}

/* Beside a file that is there, which nobody may be writing. */
static enum td_code open_beside(struct cli_fresh *fresh,
                                struct tape_options options,
                                struct td_error *err)
{
    enum td_code code =
        td_fs_create(&fresh->lock, fresh->path, TD_FS_EXISTING, err);

    if (!code)
        code = tape_place_choose(&fresh->place, fresh->path, true, err);
    if (code)
        return code;
    options.name = fresh->path;
    code = tape_writer_open(&fresh->writer, fresh->place.part, &options, err);
    /* Before the first event: what few may read is never open to all. */
    if (code || chmod(fresh->place.part, fresh->place.mode) == 0)
        return code;
    code = td_error_errno(err, TD_IO, fresh->place.part, errno,
                          "cannot set its permissions");
    (void)!tape_writer_close(fresh->writer, TAPE_END_ERROR, NULL, NULL);
    (void)unlink(fresh->place.part);
    return code;
}

enum td_code cli_fresh_open(struct cli_fresh *fresh, const char *path,
                            const struct tape_options *options,
                            struct td_error *err)
{
    enum td_code code;

    *fresh = (struct cli_fresh){.path = path, .lock = -1};
    if (options->overwrite && is_file(path))
        code = open_beside(fresh, *options, err);
    else
        code = tape_writer_open(&fresh->writer, path, options, err);
    if (code)
        forget(fresh);
    return code;
}

/* A copy that is not whole is of no use: what it was made of is still there. */
static void give_up(const struct cli_fresh *fresh, struct td_error *err)
{
    const char *path = fresh->place.part ? fresh->place.part : fresh->path;
    const char *hint = td_errno_hint(err->errnum);

    if (is_file(path) && !unlink(path) && err->errnum)
        (void)td_error_hint(err, "%s%swhat was read is as it was%s%s", hint,
                            hint[0] ? "; " : "",
                            fresh->place.part ? ", and so is " : "",
                            fresh->place.part ? fresh->path : "");
}

enum td_code cli_fresh_close(struct cli_fresh *fresh, enum td_code code,
                             struct td_error *err)
{
    enum td_code closed =
        tape_writer_close(fresh->writer, code ? TAPE_END_ERROR : TAPE_END_CLEAN,
                          NULL, code ? NULL : err);

    code = code ? code : closed;
    if (!code && fresh->place.part)
        code = tape_place_sync(&fresh->place, err);
    if (code)
        give_up(fresh, err);
    else if (fresh->place.part)
        code = tape_place_rename(&fresh->place, err);
    forget(fresh);
    return code;
}
