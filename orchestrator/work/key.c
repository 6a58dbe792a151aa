#include "orchestrator/work/key.h"

#include "core/digest.h"

#include <string.h>

#define INPUT   "input "
#define FIXED   7 /* parts that every key has */
#define SHOWN   8 /* digits of a hash that people see */
#define CHANGES 5 /* that are told one by one */

/* A number of a fixed length, so that no two lists of texts are the same
 * bytes. */
static void add_number(struct td_sha256 *sum, uint64_t n)
{
    uint8_t bytes[8];

    for (unsigned i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(n >> 8 * i);
    td_sha256_add(sum, td_bytes(bytes, sizeof(bytes)));
}

static void add_text(struct td_sha256 *sum, struct td_bytes text)
{
    add_number(sum, text.len);
    td_sha256_add(sum, text);
}

static uint8_t *next(struct work_key *key, const char *name)
{
    struct work_part *part = &key->parts[key->count++];

    part->name = name;
    part->mode = ' ';
    return part->sha256;
}

static void part_text(struct work_key *key, const char *name, const char *text)
{
    td_sha256(next(key, name), td_text(text));
}

static void part_words(struct work_key *key, const char *name,
                       const struct plan_words *words)
{
    struct td_sha256 *sum = td_sha256_new();

    for (uint32_t i = 0; i < words->count; i++)
        add_text(sum, td_text(words->list[i]));
    td_sha256_end(sum, next(key, name));
}

static void part_env(struct work_key *key, const char *variable)
{
    const char *is = strchr(variable, '=');
    int len = is ? (int)(is - variable) : (int)strlen(variable);

    td_sha256(next(key, td_arena_print(&key->arena, "env %.*s", len, variable)),
              td_text(is ? is + 1 : ""));
}

static char mode_of(const struct work_file *file)
{
    if (file->kind == WORK_FOLDER)
        return 'd';
    if (file->kind == WORK_LINK)
        return 'l';
    return file->exec ? 'x' : '-';
}

static void part_input(struct work_key *key, const struct work_file *file)
{
    memcpy(next(key, td_arena_print(&key->arena, INPUT "%s", file->path)),
           file->sha256, WORK_SHA256);
    key->parts[key->count - 1].mode = mode_of(file);
}

static void finish(struct work_key *key)
{
    struct td_sha256 *sum = td_sha256_new();
    uint8_t digest[WORK_SHA256];

    for (uint32_t i = 0; i < key->count; i++) {
        add_text(sum, td_text(key->parts[i].name));
        td_sha256_add(sum, td_bytes(&key->parts[i].mode, 1));
        td_sha256_add(sum, td_bytes(key->parts[i].sha256, WORK_SHA256));
    }
    td_sha256_end(sum, digest);
    work_hex(key->hex, digest);
}

void work_key_make(struct work_key *key, const struct work_key_of *of)
{
    uint32_t vars = 0;
    uint32_t inputs = of->inputs ? of->inputs->count : 0;

    while (of->env && of->env[vars])
        vars++;
    *key = (struct work_key){0};
    key->parts = td_arena_alloc(&key->arena, ((size_t)FIXED + vars + inputs) *
                                                 sizeof(*key->parts));
    part_text(key, "format", WORK_KEY_FORMAT);
    part_text(key, "provider", of->provider);
    part_text(key, "version", of->version);
    part_words(key, "run", &of->task->run);
    part_text(key, "dir", of->task->dir);
    part_text(key, "with", of->task->with);
    for (uint32_t i = 0; i < vars; i++)
        part_env(key, of->env[i]);
    part_words(key, "outputs", &of->task->outputs);
    for (uint32_t i = 0; i < inputs; i++)
        part_input(key, &of->inputs->list[i]);
    finish(key);
}

void work_key_release(struct work_key *key)
{
    td_arena_release(&key->arena);
    *key = (struct work_key){0};
}

static bool is_input(const struct work_part *part)
{
    return part->mode != ' ';
}

/* Inputs are behind the others, sorted: there may be many. */
static const struct work_part *find(const struct work_key *key,
                                    const struct work_part *like)
{
    uint32_t low = 0;
    uint32_t high = key->count;

    for (; low < high && !is_input(&key->parts[low]); low++)
        if (!strcmp(key->parts[low].name, like->name))
            return &key->parts[low];
    while (low < high) {
        uint32_t at = low + (high - low) / 2;
        int order = strcmp(key->parts[at].name, like->name);

        if (order == 0)
            return &key->parts[at];
        if (order < 0)
            low = at + 1;
        else
            high = at;
    }
    return NULL;
}

static void add_hash(struct td_buf *out, const struct work_part *part)
{
    char hex[WORK_HEX];

    work_hex(hex, part->sha256);
    (void)td_buf_add(out, hex, SHOWN);
}

/* What of these parts is the same; many of a kind are counted. */
struct same {
    struct td_buf names;
    unsigned env;
    unsigned inputs;
};

static void add_same(struct same *same, const struct work_part *part)
{
    const char *name = part->name;

    /* Those two change with the program, and nobody has written them. */
    if (!strcmp(name, "format") || !strcmp(name, "version"))
        return;
    if (!strncmp(name, "env ", 4))
        same->env++;
    else if (is_input(part))
        same->inputs++;
    else
        (void)td_buf_addf(&same->names, "%s%s", same->names.len ? ", " : "",
                          name);
}

struct why {
    struct td_buf *out;
    const char *from;
    unsigned changes;
};

static const char *mode_word(char mode)
{
    if (mode == 'x')
        return "executable";
    if (mode == '-')
        return "not executable";
    return mode == 'd' ? "a folder" : "a link";
}

/* now or then may be NULL, not both. */
static void add_change(struct why *why, const char *name,
                       const struct work_part *now,
                       const struct work_part *then)
{
    struct td_buf *out = why->out;

    if (why->changes++ >= CHANGES)
        return;
    (void)td_buf_addf(out, "%s%s ", why->changes > 1 ? "; " : "", name);
    if (!then) {
        (void)td_buf_addf(out, "is new since %s", why->from);
    } else if (!now) {
        (void)td_buf_addf(out, "is gone since %s", why->from);
    } else if (now->mode != then->mode) {
        (void)td_buf_addf(out, "is %s, was %s in %s", mode_word(now->mode),
                          mode_word(then->mode), why->from);
    } else {
        (void)td_buf_add_text(out, "is ");
        add_hash(out, now);
        (void)td_buf_add_text(out, ", was ");
        add_hash(out, then);
        (void)td_buf_addf(out, " in %s", why->from);
    }
}

static void add_sames(struct td_buf *out, struct same *same)
{
    const char *comma = same->names.len ? ", " : "";

    if (!same->names.len && !same->env && !same->inputs)
        return;
    (void)td_buf_addf(out, "; same: %s", td_buf_str(&same->names));
    if (same->env)
        (void)td_buf_addf(out, "%s%u env", comma, same->env);
    comma = same->names.len || same->env ? ", " : "";
    if (same->inputs)
        (void)td_buf_addf(out, "%s%u input%s", comma, same->inputs,
                          same->inputs == 1 ? "" : "s");
}

enum td_code work_key_why(struct td_buf *out, const struct work_key *now,
                          const struct work_key *then, const char *from)
{
    struct why why = {.out = out, .from = from};
    struct same same = {.env = 0};
    enum td_code code = TD_OK;

    if (!strcmp(now->hex, then->hex))
        return td_buf_addf(out, "nothing changed since %s", from);
    for (uint32_t i = 0; i < now->count; i++) {
        const struct work_part *part = find(then, &now->parts[i]);

        if (part && part->mode == now->parts[i].mode &&
            !memcmp(part->sha256, now->parts[i].sha256, WORK_SHA256))
            add_same(&same, part);
        else
            add_change(&why, now->parts[i].name, &now->parts[i], part);
    }
    for (uint32_t i = 0; i < then->count; i++)
        if (!find(now, &then->parts[i]))
            add_change(&why, then->parts[i].name, NULL, &then->parts[i]);
    if (why.changes > CHANGES)
        code = td_buf_addf(out, "; and %u more", why.changes - CHANGES);
    add_sames(out, &same);
    td_buf_release(&same.names);
    return code;
}
