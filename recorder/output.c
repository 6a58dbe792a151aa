#include "recorder/output.h"

#include "core/fs.h"
#include "core/log.h"
#include "core/mem.h"
#include "recorder/file_replace.h"
#include "tape/detect.h"
#include "tape/reader.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define READY_EVERY 32 /* events between two questions */

struct rec_output {
    struct rec_output_options options;
    struct tape_writer *writer;
    struct td_buf path;            /* of the file that is open */
    uint64_t base_ns;              /* time of its first moment */
    struct rec_output_stats stats; /* of the files before it */
    struct rec_replace replace;    /* the file that was there before */
    bool begun;                    /* nothing is to be left as it was */
    uint64_t found_bytes;          /* in the file to append to */
    unsigned asked;                /* whether the tape is ready */
    bool busy;                     /* the answer was no */
    bool row;                      /* many files */
};

static bool is_stdout(const struct rec_output *output)
{
    return !strcmp(output->options.path, "-");
}

void rec_output_part(struct td_buf *out, const char *path, unsigned n)
{
    static const char *const endings[] = {".tape.gz", ".gz"};
    size_t stem = strlen(path);

    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        size_t len = strlen(endings[i]);

        if (stem > len && !strcmp(path + stem - len, endings[i])) {
            stem -= len;
            break;
        }
    }
    td_buf_add(out, path, stem);
    td_buf_addf(out, ".%04u%s", n, path + stem);
}

static uint64_t file_size(const struct rec_output *output)
{
    struct stat st;

    return stat((const char *)output->path.ptr, &st) == 0 ? (uint64_t)st.st_size
                                                          : 0;
}

/* Only a tape may get a further segment; *torn if it has no end. */
static enum td_code check_found(const char *path, bool *torn,
                                struct td_error *err)
{
    struct tape_reader *reader = NULL;
    const struct tape_read_options how = {0};
    struct td_event ev;
    enum td_code code = tape_reader_open(&reader, path, &how, err);

    if (code == TD_FORMAT)
        return td_error_hint(err, "--append needs a tape; choose another name");
    if (code)
        return code;
    if (!tape_reader_state(reader).indexed) {
        while (!(code = tape_reader_next(reader, &ev, err)))
            ;
        /* One that grows is refused by its lock. */
        *torn = tape_reader_state(reader).torn &&
                !tape_reader_state(reader).growing;
    }
    tape_reader_close(reader);
    return code == TD_END ? TD_OK : code;
}

/* Members of gzip cannot stand behind plain text. */
static enum td_code check_gzip(const char *path, struct td_error *err)
{
    unsigned char head[2];
    ssize_t got;
    int fd;

    if (td_fs_open(&fd, path, err))
        return TD_IO;
    got = read(fd, head, sizeof(head));
    (void)close(fd);
    if (got > 0 && tape_is_gzip(td_bytes(head, (size_t)got)))
        return TD_OK;
    td_error_set(err, TD_FORMAT, path, 0,
                 "a tape of plain text cannot be appended to");
    return td_error_hint(err, "compress it first: gzip %.100s", path);
}

/* Behind a torn tape too: readers find the next segment behind the damage, and
 * a recorder that was killed can go on.
 */
static enum td_code find_end(struct rec_output *output, struct td_error *err)
{
    const char *path = (const char *)output->path.ptr;
    struct stat st;
    bool torn = false;
    enum td_code code;

    output->found_bytes = file_size(output);
    if (!output->found_bytes || stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return TD_OK;
    code = check_found(path, &torn, err);
    if (!code)
        code = check_gzip(path, err);
    if (!code && torn)
        td_log(TD_LOG_WARN,
               "%s: the tape before is torn; it stays as it is, and "
               "`tapedeck recover` mends it",
               path);
    return code;
}

/* Open the tape where it may be written without harm to what was there. */
static enum td_code open_beside(struct rec_output *output,
                                const struct tape_options *tape,
                                struct td_error *err)
{
    const char *path = td_buf_str(&output->path);
    enum td_code code = TD_OK;

    if (tape->overwrite)
        code = rec_replace_open(&output->replace, path, err);
    if (!code)
        code = tape_writer_open(&output->writer,
                                rec_replace_path(&output->replace, path), tape,
                                err);
    if (!code)
        code = rec_replace_written(&output->replace, err);
    if (!code && output->begun)
        code = rec_replace_commit(&output->replace, err);
    return code;
}

static enum td_code open_file(struct rec_output *output, struct td_error *err)
{
    struct tape_options tape = output->options.tape;
    enum td_code code = TD_OK;

    td_buf_clear(&output->path);
    if (output->row)
        rec_output_part(&output->path, output->options.path,
                        output->stats.files + 1);
    else
        td_buf_add_text(&output->path, output->options.path);
    (void)td_buf_str(&output->path);
    tape.start_wall_ns += output->base_ns;
    if (output->stats.files)
        tape.id = NULL; /* each tape has an id of its own */
    tape.name = td_buf_str(&output->path);
    if (tape.append)
        code = find_end(output, err);
    return code ? code : open_beside(output, &tape, err);
}

static enum td_code check_options(const struct rec_output_options *options,
                                  struct td_error *err)
{
    bool row = options->split_bytes || options->split_ns;

    if (row && !strcmp(options->path, "-"))
        return td_error_set(err, TD_USAGE, "--split", 0,
                            "standard output cannot be split");
    if (row && options->tape.append)
        return td_error_set(err, TD_USAGE, "--split", 0,
                            "a split recording cannot append");
    if (options->max_files && !row)
        return td_error_set(err, TD_USAGE, "--max-files", 0,
                            "there is only one file without --split");
    return TD_OK;
}

enum td_code rec_output_open(struct rec_output **out,
                             const struct rec_output_options *options,
                             struct td_error *err)
{
    struct rec_output *output;
    enum td_code code = check_options(options, err);

    if (code)
        return code;
    output = td_calloc(1, sizeof(*output));
    output->options = *options;
    output->row = options->split_bytes || options->split_ns;
    if (!output->options.tape.start_wall_ns)
        output->options.tape.start_wall_ns = td_wall_ns(
            options->tape.clock ? options->tape.clock : td_clock_real());
    code = open_file(output, err);
    if (code) {
        rec_output_discard(output);
        return code;
    }
    *out = output;
    return TD_OK;
}

static void add_totals(struct rec_output_stats *stats,
                       const struct tape_writer *writer)
{
    struct tape_totals totals = tape_writer_totals(writer);

    stats->lines += totals.events;
    stats->file_bytes += totals.file_bytes;
    stats->lost += totals.lost;
    stats->files++;
}

/* What the close itself writes (last member, index, footer) is seen in the
 * size of the file.
 */
static enum td_code close_file(struct rec_output *output,
                               enum tape_ending ending, const char *why,
                               struct td_error *err)
{
    uint64_t before = output->stats.file_bytes;
    struct tape_writer *writer = output->writer;
    enum td_code code;

    add_totals(&output->stats, writer);
    output->writer = NULL;
    code = tape_writer_close(writer, ending, why, err);
    if (!is_stdout(output))
        output->stats.file_bytes =
            before + file_size(output) - output->found_bytes;
    return code;
}

static void remove_oldest(struct rec_output *output)
{
    struct td_buf path = {0};
    unsigned kept = output->stats.files - output->stats.removed;

    if (!output->options.max_files || kept < output->options.max_files)
        return;
    rec_output_part(&path, output->options.path, ++output->stats.removed);
    (void)unlink(td_buf_str(&path));
    td_buf_release(&path);
}

static enum td_code next_file(struct rec_output *output, uint64_t at_ns,
                              struct td_error *err)
{
    enum td_code code = close_file(output, TAPE_END_LIMIT,
                                   "--split: the next file goes on", err);

    if (code)
        return code;
    remove_oldest(output);
    output->base_ns = at_ns;
    return open_file(output, err);
}

static bool file_is_full(const struct rec_output *output, uint64_t at_ns)
{
    if (output->options.split_ns &&
        at_ns - output->base_ns >= output->options.split_ns)
        return true;
    return output->options.split_bytes &&
           tape_writer_totals(output->writer).file_bytes >=
               output->options.split_bytes;
}

static uint64_t file_time(const struct rec_output *output, uint64_t at_ns)
{
    return at_ns > output->base_ns ? at_ns - output->base_ns : 0;
}

enum td_code rec_output_put(struct rec_output *output,
                            const struct td_event *ev, struct td_error *err)
{
    struct td_event own;

    if (!output->row)
        return tape_writer_put(output->writer, ev, err);
    if (file_is_full(output, ev->at_ns)) {
        enum td_code code = next_file(output, ev->at_ns, err);

        if (code)
            return code;
    }
    own = *ev;
    own.at_ns = file_time(output, ev->at_ns);
    return tape_writer_put(output->writer, &own, err);
}

enum td_code rec_output_begin(struct rec_output *output, struct td_error *err)
{
    output->begun = true;
    return rec_replace_commit(&output->replace, err);
}

void rec_output_lost(struct rec_output *output, uint64_t count)
{
    tape_writer_lost(output->writer, count);
}

enum td_code rec_output_tick(struct rec_output *output, uint64_t at_ns,
                             struct td_error *err)
{
    return tape_writer_tick(output->writer, file_time(output, at_ns), err);
}

/* The answer costs a lock; the tape has room for megabytes behind a yes. */
bool rec_output_ready(struct rec_output *output)
{
    if (!output->busy && ++output->asked % READY_EVERY)
        return true;
    output->busy = !tape_writer_ready(output->writer);
    return !output->busy;
}

bool rec_output_disk_low(const struct rec_output *output)
{
    uint64_t left;

    if (!output->options.min_free || is_stdout(output))
        return false;
    return td_fs_free(&left, output->options.path, NULL) == TD_OK &&
           left < output->options.min_free;
}

struct rec_output_stats rec_output_stats(const struct rec_output *output)
{
    struct rec_output_stats stats = output->stats;

    if (output->writer)
        add_totals(&stats, output->writer);
    return stats;
}

const char *rec_output_path(const struct rec_output *output)
{
    return (const char *)output->path.ptr;
}

static void free_output(struct rec_output *output)
{
    rec_replace_abort(&output->replace);
    td_buf_release(&output->path);
    free(output);
}

enum td_code rec_output_close(struct rec_output *output,
                              enum tape_ending ending, const char *why,
                              struct rec_output_stats *stats,
                              struct td_error *err)
{
    enum td_code code;

    if (!output)
        return TD_OK;
    code = rec_output_begin(output, err);
    if (output->writer) {
        enum td_code closed =
            close_file(output, ending, why, code ? NULL : err);

        code = code ? code : closed;
    }
    if (stats)
        *stats = output->stats;
    free_output(output);
    return code;
}

/* A device or pipe that was written to is nobody's to remove. */
static bool is_file(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

void rec_output_discard(struct rec_output *output)
{
    const char *path;
    bool made;

    if (!output)
        return;
    path = td_buf_str(&output->path);
    made = output->writer && !is_stdout(output) && is_file(path);
    if (tape_writer_close(output->writer, TAPE_END_ERROR, NULL, NULL))
        output->writer = NULL; /* nothing of it stays to be said about */
    if (made && !output->replace.part && !output->found_bytes)
        (void)unlink(path);
    else if (made && output->found_bytes &&
             truncate(path, (off_t)output->found_bytes) != 0)
        td_log(TD_LOG_WARN, "%s: an empty segment stands at its end", path);
    free_output(output);
}
