#include "validator/gates/read/json_steps.h"

#include "core/mem.h"
#include "validator/gates/read/read.h"

#include <stdio.h>
#include <stdlib.h>

#define SEGMENTS 8
#define KEY_MAX  256
#define NONE     UINT32_MAX

enum step {
    STEP_VALUE, /* a value has to come */
    STEP_FIRST, /* a value or ] */
    STEP_ENTRY, /* a key or } */
    STEP_KEY,   /* a key */
    STEP_COLON,
    STEP_AFTER, /* a comma or an end */
    STEP_STRING,
    STEP_ESCAPE,
    STEP_HEX,
    STEP_WORD, /* a number, true, false, null */
    STEP_ROOT, /* a document */
};

struct path {
    struct td_bytes segment[SEGMENTS];
    unsigned len;
    bool on_end;
};

struct level {
    bool is_object;
    uint32_t mask; /* paths that lead here, and maybe on */
    uint32_t ends; /* paths to tell when this ends */
};

struct read_json {
    struct path paths[READ_PATHS_MAX];
    unsigned paths_len;
    void (*record)(void *self, unsigned path, const struct td_json_doc *doc);
    void *self;
    enum step step;
    bool in_key;
    unsigned hex;
    unsigned depth;
    struct level level[READ_DEPTH_MAX + 1];
    char word[KEY_MAX + 1]; /* a key or a word */
    size_t word_len;
    uint32_t found; /* path of the record that is gathered, or NONE */
    unsigned found_depth;
    struct td_buf gathered;
    struct td_json_doc doc;
    uint64_t line;
    char root;
    bool whole; /* a document has ended */
    char why[160];
};

static void add_path(struct read_json *json, const char *text)
{
    struct path *path = &json->paths[json->paths_len++];

    path->on_end = text[0] == '<';
    text += path->on_end;
    while (*text == '/' && path->len < SEGMENTS) {
        size_t len = strcspn(++text, "/");

        path->segment[path->len++] = td_bytes(text, len);
        text += len;
    }
}

struct read_json *read_json_new(const char *const *paths, size_t record_max,
                                void (*record)(void *self, unsigned path,
                                               const struct td_json_doc *doc),
                                void *self)
{
    struct read_json *json = td_calloc(1, sizeof(*json));

    for (; *paths && json->paths_len < READ_PATHS_MAX; paths++)
        add_path(json, *paths);
    td_buf_init(&json->gathered, record_max);
    json->record = record;
    json->self = self;
    json->step = STEP_ROOT;
    json->found = NONE;
    json->line = 1;
    return json;
}

static bool bad(struct read_json *json, const char *why)
{
    (void)snprintf(json->why, sizeof(json->why), "%.150s", why);
    return false;
}

static bool leads(const struct read_json *json, const struct path *path)
{
    struct td_bytes want = path->segment[json->depth - 1];

    if (td_bytes_is(want, "*"))
        return true;
    return json->level[json->depth].is_object &&
           td_bytes_equal(want, td_bytes(json->word, json->word_len));
}

/* Which paths lead to the value that begins: those that go on, those to tell at
 * its end; a record begins if one ends here.
 */
static void match(struct read_json *json, struct level *next)
{
    uint32_t mask = json->level[json->depth].mask;

    next->mask = 0;
    next->ends = 0;
    for (unsigned i = 0; mask != 0 && i < json->paths_len; i++) {
        const struct path *path = &json->paths[i];

        if (!(mask & (1U << i)) || path->len < json->depth ||
            (json->depth > 0 && !leads(json, path)))
            continue;
        if (path->len > json->depth)
            next->mask |= 1U << i;
        else if (path->on_end)
            next->ends |= 1U << i;
        else if (json->found == NONE)
            json->found = i;
    }
}

static bool gather(struct read_json *json, const uint8_t *ptr, size_t len)
{
    if (json->found == NONE)
        return true;
    return td_buf_add(&json->gathered, ptr, len) == TD_OK ||
           bad(json, "a record is longer than 8 MiB");
}

/* A value has ended. */
static bool value_ends(struct read_json *json)
{
    struct td_error err = {0};
    unsigned path = json->found;

    json->step = json->depth == 0 ? STEP_ROOT : STEP_AFTER;
    json->whole = json->whole || json->depth == 0;
    if (path == NONE || json->found_depth != json->depth)
        return true;
    json->found = NONE;
    if (td_json_parse(&json->doc, td_buf_bytes(&json->gathered), READ_DEPTH_MAX,
                      &err))
        return bad(json, err.text);
    json->record(json->self, path, &json->doc);
    td_buf_clear(&json->gathered);
    return true;
}

static bool opens(struct read_json *json, uint8_t byte, struct level *next)
{
    if (json->depth == READ_DEPTH_MAX)
        return bad(json, "it is nested deeper than 64 levels");
    next->is_object = byte == '{';
    json->level[++json->depth] = *next;
    json->step = byte == '{' ? STEP_ENTRY : STEP_FIRST;
    return true;
}

static bool closes(struct read_json *json, uint8_t byte)
{
    struct level level = json->level[json->depth];

    if (json->depth == 0 || level.is_object != (byte == '}'))
        return bad(json, "a bracket closes what is not open");
    json->depth--;
    if (!value_ends(json))
        return false;
    for (unsigned i = 0; level.ends != 0 && i < json->paths_len; i++) {
        if (level.ends & (1U << i))
            json->record(json->self, i, NULL);
    }
    return true;
}

static bool value_begins(struct read_json *json, uint8_t byte)
{
    struct level next;
    bool gathers = json->found != NONE;

    if (json->depth == 0) {
        if (byte != '{' && byte != '[')
            return bad(json, "it is neither an object nor an array");
        json->root = json->root ? json->root : (char)byte;
        json->level[0].mask = UINT32_MAX;
        json->whole = false;
    }
    match(json, &next);
    if (json->found != NONE && !gathers)
        json->found_depth = json->depth;
    if (!gather(json, &byte, 1))
        return false;
    if (byte == '{' || byte == '[')
        return opens(json, byte, &next);
    json->in_key = false;
    json->word[0] = (char)byte;
    json->word_len = 1;
    json->step = byte == '"' ? STEP_STRING : STEP_WORD;
    return true;
}

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static bool key_begins(struct read_json *json, uint8_t byte)
{
    if (byte != '"')
        return bad(json, "a key is missing");
    json->in_key = true;
    json->word_len = 0;
    json->step = STEP_STRING;
    return true;
}

/* A byte between values. */
static bool between(struct read_json *json, uint8_t byte)
{
    bool in_object = json->level[json->depth].is_object;

    switch (json->step) {
    case STEP_ROOT:
    case STEP_VALUE:
        return value_begins(json, byte);
    case STEP_FIRST:
        if (byte != ']')
            return value_begins(json, byte);
        return gather(json, &byte, 1) && closes(json, byte);
    case STEP_ENTRY:
        if (byte != '}')
            return gather(json, &byte, 1) && key_begins(json, byte);
        return gather(json, &byte, 1) && closes(json, byte);
    case STEP_KEY:
        return gather(json, &byte, 1) && key_begins(json, byte);
    case STEP_COLON:
        json->step = STEP_VALUE;
        return byte == ':' ? gather(json, &byte, 1)
                           : bad(json, "a colon is missing");
    case STEP_AFTER:
    case STEP_STRING:
    case STEP_ESCAPE:
    case STEP_HEX:
    case STEP_WORD:
    default:
        break;
    }
    if (byte == '}' || byte == ']')
        return gather(json, &byte, 1) && closes(json, byte);
    json->step = in_object ? STEP_KEY : STEP_VALUE;
    return byte == ',' ? gather(json, &byte, 1)
                       : bad(json, "a comma is missing");
}

static void keep_key(struct read_json *json, const uint8_t *ptr, size_t len)
{
    if (!json->in_key)
        return;
    if (len > KEY_MAX - json->word_len)
        len = KEY_MAX - json->word_len;
    memcpy(json->word + json->word_len, ptr, len);
    json->word_len += len;
}

/* Bytes within a string; how many, 0 on failure. */
static size_t in_string(struct read_json *json, struct td_bytes piece)
{
    size_t len = 0;

    while (len < piece.len && piece.ptr[len] != '"' && piece.ptr[len] != '\\' &&
           piece.ptr[len] >= 0x20)
        len++;
    keep_key(json, piece.ptr, len);
    if (!gather(json, piece.ptr, len < piece.len ? len + 1 : len))
        return 0;
    if (len == piece.len)
        return len;
    if (piece.ptr[len] == '\\') {
        json->step = STEP_ESCAPE;
    } else if (piece.ptr[len] != '"') {
        (void)bad(json, "a control byte within a string");
        return 0;
    } else if (json->in_key) {
        json->step = STEP_COLON;
    } else if (!value_ends(json)) {
        return 0;
    }
    return len + 1;
}

static bool in_escape(struct read_json *json, uint8_t byte)
{
    keep_key(json, &byte, 1);
    json->step = byte == 'u' ? STEP_HEX : STEP_STRING;
    json->hex = 4;
    if (byte == '\0' || !strchr("\"\\/bfnrtu", byte))
        return bad(json, "an escape that JSON does not have");
    return gather(json, &byte, 1);
}

static bool in_hex(struct read_json *json, uint8_t byte)
{
    if (byte == '\0' || !strchr("0123456789abcdefABCDEF", byte))
        return bad(json, "an escape that JSON does not have");
    if (--json->hex == 0)
        json->step = STEP_STRING;
    return gather(json, &byte, 1);
}

static bool is_word(uint8_t byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           byte == '-' || byte == '+' || byte == '.' || byte == 'E';
}

/* A byte of a word, or the one behind it, which is then looked at again. */
static bool in_word(struct read_json *json, uint8_t byte, bool *again)
{
    *again = !is_word(byte);
    if (!*again) {
        if (json->word_len == KEY_MAX)
            return bad(json, "a number is too long");
        json->word[json->word_len++] = (char)byte;
        return gather(json, &byte, 1);
    }
    if (td_json_check(td_bytes(json->word, json->word_len), 1, NULL))
        return bad(json, "a value that JSON does not have");
    return value_ends(json);
}

static size_t step(struct read_json *json, struct td_bytes piece)
{
    uint8_t byte = piece.ptr[0];
    bool again = false;
    bool fine;

    if (json->step == STEP_STRING)
        return in_string(json, piece);
    if (json->step == STEP_ESCAPE)
        return in_escape(json, byte);
    if (json->step == STEP_HEX)
        return in_hex(json, byte);
    if (json->step == STEP_WORD) {
        if (!in_word(json, byte, &again))
            return 0;
        if (!again)
            return 1;
    }
    json->line += byte == '\n';
    fine = is_blank(byte) ? true : between(json, byte);
    return fine;
}

bool read_json_put(struct read_json *json, struct td_bytes piece)
{
    while (piece.len > 0) {
        size_t len = json->why[0] == '\0' ? step(json, piece) : 0;

        if (len == 0)
            return false;
        piece = td_bytes(piece.ptr + len, piece.len - len);
    }
    return json->why[0] == '\0';
}

bool read_json_end(struct read_json *json)
{
    if (json->why[0] != '\0')
        return false;
    if (json->step == STEP_ROOT && json->whole)
        return true;
    return bad(json, "it ends before the document does");
}

const char *read_json_why(const struct read_json *json)
{
    return json->why;
}

uint64_t read_json_line(const struct read_json *json)
{
    return json->line;
}

char read_json_root(const struct read_json *json)
{
    return json->root;
}

void read_json_free(struct read_json *json)
{
    if (!json)
        return;
    td_json_release(&json->doc);
    td_buf_release(&json->gathered);
    free(json);
}
