#include "validator/golden/golden.h"

#include "core/clock.h"
#include "core/jsonx_object.h"
#include "core/mem.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define END_FILE          ".golden.yaml"
#define END_TAPE          ".golden.tape.gz"
#define END_PENDING       ".pending.tape.gz"
#define END_MASKS         ".masks.yaml"
#define END_PENDING_MASKS ".pending.masks.yaml"

struct reading {
    struct td_jsonx_reader r;
    struct golden_folder *folder;
    struct golden *golden;
};

static enum td_code wrong(struct reading *in, uint32_t at, const char *what)
{
    return td_jsonx_fail(in->r.doc, at, TD_USAGE, in->r.err, "%s", what);
}

/* The text of a string, which may not be empty. */
static enum td_code read_text(struct reading *in, uint32_t at, const char **out)
{
    char *text;

    if (!td_jsonx_is(in->r.doc, at, TD_JSON_STRING))
        return wrong(in, at, "this is no text");
    text = td_jsonx_text(in->r.doc, at);
    *out = td_arena_copy(&in->folder->arena, text);
    free(text);
    return **out ? TD_OK : wrong(in, at, "this text is empty");
}

static const char *beside(struct golden_folder *folder, const char *path)
{
    return *path == '/'
               ? path
               : td_arena_print(&folder->arena, "%s/%s", folder->dir, path);
}

static enum td_code read_path(struct reading *in, uint32_t at, const char **out)
{
    enum td_code code = read_text(in, at, out);

    if (!code)
        *out = beside(in->folder, *out);
    return code;
}

static enum td_code read_version(void *self, uint32_t at)
{
    struct reading *in = (struct reading *)self;

    return td_bytes_is(td_json_raw(&in->r.doc->json, at), "1")
               ? TD_OK
               : wrong(in, at, "golden is 1: this is another version");
}

static enum td_code read_command(void *self, uint32_t at)
{
    struct reading *in = (struct reading *)self;
    const struct td_json_doc *json = &in->r.doc->json;
    uint32_t len = 0;
    enum td_code code = TD_OK;

    if (!td_jsonx_is(in->r.doc, at, TD_JSON_ARRAY) ||
        json->values[at].next == at + 1)
        return wrong(in, at, "a command is a list: [PROGRAM, ARGUMENT...]");
    in->golden->command = (const char **)td_arena_alloc(
        &in->folder->arena, (GOLDEN_WORDS + 1) * sizeof(char *));
    for (uint32_t word = at + 1; !code && word < json->values[at].next;
         word = json->values[word].next) {
        char *text;

        if (len == GOLDEN_WORDS)
            return td_jsonx_fail(in->r.doc, word, TD_LIMIT, in->r.err,
                                 "a command has at most %d words",
                                 GOLDEN_WORDS);
        if (!td_jsonx_is(in->r.doc, word, TD_JSON_STRING))
            return wrong(in, word, "each word of a command is a text");
        text = td_jsonx_text(in->r.doc, word);
        in->golden->command[len++] = td_arena_copy(&in->folder->arena, text);
        free(text);
    }
    if (!code && !*in->golden->command[0])
        return wrong(in, at + 1, "the name of the program is empty");
    return code;
}

static enum td_code read_serve(void *self, uint32_t at)
{
    struct reading *in = (struct reading *)self;

    return read_path(in, at, &in->golden->serve);
}

static enum td_code read_answer(void *self, uint32_t at)
{
    struct reading *in = (struct reading *)self;

    return read_path(in, at, &in->golden->answer);
}

static enum td_code read_stdio(void *self, uint32_t at)
{
    struct reading *in = (struct reading *)self;

    return read_path(in, at, &in->golden->stdio);
}

static enum td_code read_writes(void *self, uint32_t at)
{
    struct reading *in = (struct reading *)self;

    return read_text(in, at, &in->golden->writes);
}

static enum td_code read_speed(void *self, uint32_t at)
{
    struct reading *in = (struct reading *)self;

    if (!td_jsonx_is(in->r.doc, at, TD_JSON_NUMBER))
        return read_text(in, at, &in->golden->speed);
    in->golden->speed =
        td_arena_text(&in->folder->arena, td_json_raw(&in->r.doc->json, at));
    return TD_OK;
}

static enum td_code read_timeout(void *self, uint32_t at)
{
    struct reading *in = (struct reading *)self;
    const char *text = NULL;
    enum td_code code = read_text(in, at, &text);

    if (!code && (td_duration_parse(text, &in->golden->timeout_ns) ||
                  in->golden->timeout_ns == 0))
        return wrong(in, at, "a timeout is a duration, as 30s");
    return code;
}

static enum td_code read_run(void *self, uint32_t at)
{
    static const struct td_jsonx_key keys[] = {{"command", read_command},
                                               {"record", read_command},
                                               {"serve", read_serve},
                                               {"answer", read_answer},
                                               {"stdio", read_stdio},
                                               {"speed", read_speed},
                                               {"writes", read_writes},
                                               {"timeout", read_timeout},
                                               {NULL, NULL}};
    struct reading *in = (struct reading *)self;
    struct golden *g = in->golden;
    enum td_code code;

    if (!td_jsonx_is(in->r.doc, at, TD_JSON_OBJECT) ||
        !td_jsonx_member(in->r.doc, at, "command") ==
            !td_jsonx_member(in->r.doc, at, "record"))
        return wrong(in, at,
                     "run is an object that has a command, or record, which "
                     "is the same, and not both");
    code = td_jsonx_read(&in->r, at, &(struct td_jsonx_shape){keys, "run has"},
                         in);
    if (!code && !!g->serve + !!g->answer + !!g->stdio > 1)
        return wrong(in, at,
                     "one of serve, answer and stdio is what the command "
                     "talks to, not several");
    if (!code && g->speed && !g->serve)
        return wrong(in, at, "speed is that of serve, which is not there");
    return code;
}

static enum td_code read_masks(void *self, uint32_t at)
{
    struct reading *in = (struct reading *)self;
    enum td_code code = read_path(in, at, &in->golden->masks);

    in->golden->masks_file = in->golden->masks;
    return code;
}

static enum td_code read_contract(void *self, uint32_t at)
{
    struct reading *in = (struct reading *)self;
    enum td_code code = read_text(in, at, &in->golden->contract);

    /* std:NAME is one of the shelf. */
    if (!code && strncmp(in->golden->contract, "std:", 4) != 0)
        in->golden->contract = beside(in->folder, in->golden->contract);
    return code;
}

static enum td_code read_golden(struct golden_folder *folder,
                                struct golden *golden, struct td_error *err)
{
    static const struct td_jsonx_key keys[] = {{"golden", read_version},
                                               {"run", read_run},
                                               {"masks", read_masks},
                                               {"contract", read_contract},
                                               {NULL, NULL}};
    struct td_jsonx doc = {0};
    struct reading in = {
        .r = {.doc = &doc, .err = err}, .folder = folder, .golden = golden};
    enum td_code code = td_jsonx_load(&doc, golden->file, err);

    if (!code && (!td_jsonx_is(&doc, 0, TD_JSON_OBJECT) ||
                  !td_jsonx_member(&doc, 0, "golden")))
        code = wrong(&in, 0, "a golden file is an object that says golden: 1");
    if (!code)
        code = td_jsonx_read(
            &in.r, 0, &(struct td_jsonx_shape){keys, "a golden file has"}, &in);
    td_jsonx_release(&doc);
    return code;
}

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

static const char *named(struct golden_folder *folder, const char *name,
                         const char *end)
{
    return td_arena_print(&folder->arena, "%s/%s%s", folder->dir, name, end);
}

static enum td_code load(struct golden_folder *folder, struct golden *g,
                         struct td_error *err)
{
    const char *name = g->name;

    *g =
        (struct golden){.name = name,
                        .file = named(folder, name, END_FILE),
                        .tape = named(folder, name, END_TAPE),
                        .masks_file = named(folder, name, END_MASKS),
                        .pending = named(folder, name, END_PENDING),
                        .pending_masks = named(folder, name, END_PENDING_MASKS),
                        .timeout_ns = GOLDEN_TIMEOUT};
    g->has_tape = is_there(g->tape);
    g->is_pending = is_there(g->pending) || is_there(g->pending_masks);
    if (is_there(g->masks_file))
        g->masks = g->masks_file;
    return read_golden(folder, g, err);
}

/* The part of a file's name in front of `end`; NULL: it ends otherwise. */
static const char *stem(struct golden_folder *folder, const char *file,
                        const char *end)
{
    size_t len = strlen(file);
    size_t end_len = strlen(end);

    if (len <= end_len || strcmp(file + len - end_len, end) != 0)
        return NULL;
    return td_arena_text(&folder->arena, td_bytes(file, len - end_len));
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct golden *)a)->name,
                  ((const struct golden *)b)->name);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct golden *golden_find(const struct golden_folder *folder, const char *name)
{
    struct golden key = {.name = name};

    return folder->len == 0
               ? NULL
               : (struct golden *)bsearch(&key, folder->list, folder->len,
                                          sizeof(key), by_name);
}

/* Files of goldens, by the folder's arena: those with a golden file first. */
struct listing {
    const char **files;
    uint32_t len;
};

static enum td_code list_files(struct golden_folder *folder,
                               struct listing *out, struct td_error *err)
{
    DIR *dir = opendir(folder->dir);
    const struct dirent *entry;

    if (!dir)
        return td_error_errno(err, TD_IO, folder->dir, errno, "cannot open");
    while ((entry = readdir(dir)) != NULL) {
        const char *name = stem(folder, entry->d_name, END_FILE);

        out->files = (const char **)td_list_room((void *)out->files, out->len,
                                                 sizeof(*out->files));
        out->files[out->len++] = td_arena_copy(&folder->arena, entry->d_name);
        if (!name)
            continue;
        folder->list = (struct golden *)td_list_room(folder->list, folder->len,
                                                     sizeof(*folder->list));
        folder->list[folder->len++] = (struct golden){.name = name};
    }
    (void)closedir(dir);
    return folder->len <= GOLDEN_MAX
               ? TD_OK
               : td_error_set(err, TD_LIMIT, folder->dir, 0,
                              "has more than %d goldens", GOLDEN_MAX);
}

static void find_stray(struct golden_folder *folder, const char *file)
{
    static const char *const ends[] = {END_TAPE, END_PENDING,
                                       END_PENDING_MASKS};

    for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
        const char *name = stem(folder, file, ends[i]);

        if (!name || golden_find(folder, name))
            continue;
        folder->stray = (const char **)td_list_room(
            (void *)folder->stray, folder->stray_len, sizeof(*folder->stray));
        folder->stray[folder->stray_len++] = file;
    }
}

enum td_code golden_folder_read(struct golden_folder *folder, const char *dir,
                                struct td_error *err)
{
    struct listing listing = {0};
    size_t len = strlen(dir);
    enum td_code code;

    while (len > 1 && dir[len - 1] == '/')
        len--;
    folder->dir = td_arena_text(&folder->arena, td_bytes(dir, len));
    code = list_files(folder, &listing, err);
    if (folder->len)
        qsort(folder->list, folder->len, sizeof(*folder->list), by_name);
    for (uint32_t i = 0; i < folder->len && !code; i++)
        code = load(folder, &folder->list[i], err);
    for (uint32_t i = 0; i < listing.len && !code; i++)
        find_stray(folder, listing.files[i]);
    if (folder->stray_len)
        qsort((void *)folder->stray, folder->stray_len, sizeof(*folder->stray),
              by_text);
    free((void *)listing.files);
    return code;
}

void golden_folder_release(struct golden_folder *folder)
{
    free(folder->list);
    free((void *)folder->stray);
    td_arena_release(&folder->arena);
    *folder = (struct golden_folder){0};
}
