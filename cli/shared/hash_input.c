#include "cli/shared/hash_input.h"

#include "cli/shared/tape_output.h"
#include "core/digest.h"
#include "core/fs.h"
#include "core/mem.h"
#include "validator/shelf/shelf.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CHUNK 65536 /* bytes */

/* Bytes that were read, or -1. */
static int64_t hash(int fd, uint8_t digest[TD_SHA256_LEN])
{
    struct td_sha256 *sum = td_sha256_new();
    uint8_t *chunk = td_calloc(1, CHUNK);
    int64_t all = 0;
    ssize_t got;

    while ((got = read(fd, chunk, CHUNK)) > 0) {
        td_sha256_add(sum, td_bytes(chunk, (size_t)got));
        all += got;
    }
    td_sha256_end(sum, digest);
    free(chunk);
    return got < 0 ? -1 : all;
}

/* What was read, and by whom. */
struct reading {
    struct verdict_document *doc;
    struct verdict_gate *gate;
    const char *path;
    const char *format;
    const char *state;
};

static void add(const struct reading *r, uint64_t bytes, const char *hex)
{
    struct verdict_input *input = verdict_add_input(r->doc, r->gate);

    input->path = td_arena_copy(&r->doc->arena, r->path);
    input->format = r->format;
    input->bytes = bytes;
    input->sha256 = td_arena_copy(&r->doc->arena, hex);
    input->state = r->state;
}

/* What is on the shelf is in the program, or in a file of another name. */
static void add_shelf(const struct reading *r)
{
    struct td_buf text = {0};
    struct td_error err = {0};
    char hex[TD_SHA256_HEX];

    if (check_shelf_read(&text, r->path, &err) == TD_OK) {
        td_sha256_hex(hex, td_buf_bytes(&text));
        add(r, text.len, hex);
    }
    td_buf_release(&text);
}

static void add_file(const struct reading *r)
{
    uint8_t digest[TD_SHA256_LEN];
    char hex[TD_SHA256_HEX];
    struct td_error err = {0};
    int64_t bytes;
    int fd;

    if (td_fs_open_file(&fd, r->path, &err))
        return;
    bytes = hash(fd, digest);
    (void)close(fd);
    if (bytes < 0)
        return;
    for (size_t i = 0; i < TD_SHA256_LEN; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    add(r, (uint64_t)bytes, hex);
}

void cli_hash_input(struct verdict_document *doc, struct verdict_gate *gate,
                    const char *path, const char *format)
{
    const struct reading r = {doc, gate, path, format, "ok"};

    if (path && check_shelf_is(path))
        add_shelf(&r);
    else if (path)
        add_file(&r);
}

void cli_hash_stream(struct verdict_document *doc, struct verdict_gate *gate,
                     const char *path, const struct tape_state *state)
{
    struct td_error damage = {0};
    struct reading r = {doc, gate, path, "stream", "ok"};

    if (cli_tape_verdict(path, NULL, state, &damage)) {
        gate->lossy = true;
        r.state = "partial";
    }
    add_file(&r);
}

void cli_hash_contract(struct verdict_document *doc, struct verdict_gate *gate,
                       const char *path, const struct check_contract *contract)
{
    const char *source;

    cli_hash_input(doc, gate, path, "contract");
    for (uint32_t i = 0;
         contract && (source = check_contract_source(contract, i)); i++)
        cli_hash_input(doc, gate, source, "import");
}
