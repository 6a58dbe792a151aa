/* web/pack.c - modules of a list become one script or style sheet in C.
 *
 *     pack LIST NAME LIMIT OUT.c
 *
 * LIST names files beside it, one a line, in the order in which they run. OUT
 * has `const unsigned char NAME[]`, `const size_t NAME_len` and
 * `const char NAME_hash[]`, what a content security policy calls it:
 * "sha256-" and base64. Style sheets (.css) are put one behind the other. Of
 * scripts, the imports and the word export are taken away and one function is
 * put around all, so that the page is one inline script: a page that is opened
 * from a disk cannot import. What that would change the meaning of is refused:
 *
 *     - an import that is not `import {a, b} from './x.js';`, or names a file
 *       that is not above in the list
 *     - an export that is not in front of a function, class, const or let
 *     - a name at the top of two modules, and names taken apart there
 *     - `</script`, `</style` and `<!--`, which would end it, and bytes that
 *       are not ASCII
 *     - more bytes than LIMIT
 */
#include <openssl/evp.h>

#include <libgen.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILES_MAX    64
#define NAMES_MAX    1024
#define LONGEST_NAME 64
#define LONGEST_PATH 1024
#define BYTES_MAX    (1 << 20) /* of all modules */

struct pack {
    const char *list;
    char folder[700];
    char files[FILES_MAX][LONGEST_PATH];
    size_t files_len;
    char names[NAMES_MAX][LONGEST_NAME];
    size_t names_len;
    const char *file; /* that is being read */
    size_t line;
    bool css;
    bool comment; /* it goes on in the next line */
    char out[BYTES_MAX];
    size_t len;
    bool bad;
};

static void refuse(struct pack *p, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void refuse(struct pack *p, const char *fmt, ...)
{
    va_list args;

    (void)fprintf(stderr, "%s:%zu: ", p->file, p->line);
    va_start(args, fmt);
    (void)vfprintf(stderr, fmt, args);
    va_end(args);
    (void)fputc('\n', stderr);
    p->bad = true;
}

static void put(struct pack *p, const char *text, size_t len)
{
    if (len > sizeof(p->out) - p->len) {
        refuse(p, "more than %d bytes", BYTES_MAX);
        return;
    }
    memcpy(p->out + p->len, text, len);
    p->len += len;
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* ---- imports ---- */

/* PATH with its "X/../" and "./" taken away. */
static void plain_path(char *path)
{
    char *up;

    while ((up = strstr(path, "/./")) != NULL)
        memmove(up, up + 2, strlen(up + 2) + 1);
    while ((up = strstr(path, "/../")) != NULL) {
        char *from = up;

        while (from > path && from[-1] != '/')
            from--;
        memmove(from, up + 4, strlen(up + 4) + 1);
    }
}

static bool is_above(const struct pack *p, const char *path)
{
    for (size_t i = 0; i < p->files_len && p->files[i] != p->file; i++)
        if (strcmp(p->files[i], path) == 0)
            return true;
    return false;
}

static void check_import(struct pack *p, const char *line)
{
    char names[512];
    char from[256];
    char path[LONGEST_PATH * 2];
    char folder[LONGEST_PATH];
    int end = 0;

    if (sscanf(line, "import {%511[A-Za-z0-9_, ]} from '%255[a-z0-9_./]';%n",
               names, from, &end) != 2 ||
        end == 0 || line[end] != '\0' || from[0] != '.') {
        refuse(p, "write an import as: import {a, b} from './x.js';");
        return;
    }
    (void)snprintf(folder, sizeof(folder), "%s", p->file);
    (void)snprintf(path, sizeof(path), "%s/%s", dirname(folder), from);
    plain_path(path);
    if (!is_above(p, path))
        refuse(p, "%s is not above in the list", path);
}

/* ---- names ---- */

static void add_name(struct pack *p, const char *name, size_t len)
{
    if (len == 0 || len >= LONGEST_NAME || p->names_len == NAMES_MAX) {
        refuse(p, "a name at the top is one plain word");
        return;
    }
    for (size_t i = 0; i < p->names_len; i++)
        if (strlen(p->names[i]) == len && memcmp(p->names[i], name, len) == 0) {
            refuse(p, "%s is a name at the top of two places", p->names[i]);
            return;
        }
    memcpy(p->names[p->names_len], name, len);
    p->names[p->names_len++][len] = '\0';
}

/* The name that a line at the top declares is noted; true if it does. */
static bool declares(struct pack *p, const char *line)
{
    static const char *const words[] = {
        "async function ", "function ", "class ", "const ", "let ", "var "};
    static const char in_name[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$";

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (begins(line, words[i])) {
            line += strlen(words[i]);
            line += *line == '*';
            add_name(p, line, strspn(line, in_name));
            return true;
        }
    return false;
}

/* ---- files ---- */

static void check_text(struct pack *p, const char *line)
{
    for (const char *at = line; *at; at++)
        if ((unsigned char)*at >= 0x7f ||
            ((unsigned char)*at < 0x20 && *at != '\t')) {
            refuse(p, "byte %02x is not printable ASCII", (unsigned char)*at);
            break;
        }
    if (strcasestr(line, "</script") || strcasestr(line, "</style") ||
        strstr(line, "<!--"))
        refuse(p, "this would end the element it stands in");
}

/* Is the line nothing but a comment, or a part of one? */
static bool is_comment(struct pack *p, const char *line)
{
    const char *at = line + strspn(line, " ");
    const char *end = strstr(at, "*/");
    bool ends = end && end[2] == '\0';

    if (p->comment) {
        p->comment = !ends;
        if (end && !ends)
            refuse(p, "end the line where the comment ends");
        return true;
    }
    if (begins(at, "//") || (begins(at, "/*") && ends))
        return true;
    p->comment = begins(at, "/*") && !end;
    return p->comment;
}

static void take_line(struct pack *p, const char *line)
{
    check_text(p, line);
    if (!p->css && is_comment(p, line))
        return;
    if (!p->css && begins(line, "import")) {
        check_import(p, line);
        return;
    }
    if (!p->css && begins(line, "export ")) {
        line += strlen("export ");
        if (!declares(p, line))
            refuse(p, "export a function, class, const or let");
    } else if (!p->css) {
        (void)declares(p, line);
    }
    put(p, line, strlen(line));
    put(p, "\n", 1);
}

static void take_file(struct pack *p, const char *path)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;

    p->file = path;
    p->line = 0;
    if (!file) {
        refuse(p, "cannot be opened");
        return;
    }
    while ((len = getline(&line, &cap, file)) > 0) {
        p->line++;
        if (strlen(line) != (size_t)len)
            refuse(p, "byte 00 is not printable ASCII");
        line[strcspn(line, "\n")] = '\0';
        take_line(p, line);
    }
    free(line);
    (void)fclose(file);
}

static void read_list(struct pack *p)
{
    FILE *file = fopen(p->list, "r");
    char line[256];
    char folder[LONGEST_PATH];

    p->file = p->list;
    if (!file) {
        refuse(p, "cannot be opened");
        return;
    }
    (void)snprintf(folder, sizeof(folder), "%s", p->list);
    (void)snprintf(p->folder, sizeof(p->folder), "%.699s", dirname(folder));
    while (fgets(line, sizeof(line), file)) {
        p->line++;
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '\0' || line[0] == '#')
            continue;
        if (p->files_len == FILES_MAX) {
            refuse(p, "more than %d files", FILES_MAX);
            break;
        }
        (void)snprintf(p->files[p->files_len++], LONGEST_PATH, "%s/%s",
                       p->folder, line);
    }
    (void)fclose(file);
}

static void take_files(struct pack *p)
{
    const char *first = p->files_len ? p->files[0] : "";

    p->css =
        strlen(first) > 4 && strcmp(first + strlen(first) - 4, ".css") == 0;
    if (!p->css)
        put(p, "(() => {\n'use strict';\n", 23);
    for (size_t i = 0; i < p->files_len; i++)
        take_file(p, p->files[i]);
    if (!p->css)
        put(p, "})();\n", 6);
}

/* ---- output ---- */

static bool write_out(const struct pack *p, const char *name, const char *path)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned char text[2 * EVP_MAX_MD_SIZE];
    unsigned len = 0;
    FILE *out;

    if (!EVP_Digest(p->out, p->len, digest, &len, EVP_sha256(), NULL) ||
        !(out = fopen(path, "w")))
        return false;
    EVP_EncodeBlock(text, digest, (int)len);
    (void)fprintf(out,
                  "#include <stddef.h>\n"
                  "extern const unsigned char %s[];\n"
                  "extern const size_t %s_len;\n"
                  "extern const char %s_hash[];\n"
                  "const size_t %s_len = %zu;\n"
                  "const char %s_hash[] = \"sha256-%s\";\n"
                  "const unsigned char %s[] = {",
                  name, name, name, name, p->len, name, (char *)text, name);
    for (size_t i = 0; i < p->len; i++)
        (void)fprintf(out, "%s%d,", i % 20 ? "" : "\n", p->out[i]);
    (void)fprintf(out, "0};\n");
    return fclose(out) == 0;
}

int main(int argc, char **argv)
{
    static struct pack pack;
    struct pack *p = &pack;
    size_t limit;

    if (argc != 5) {
        (void)fprintf(stderr, "usage: pack LIST NAME LIMIT OUT.c\n");
        return 2;
    }
    p->list = argv[1];
    limit = strtoul(argv[3], NULL, 10);
    read_list(p);
    take_files(p);
    p->file = p->list;
    if (p->len > limit)
        refuse(p, "%zu bytes are more than %zu", p->len, limit);
    if (!p->bad && !write_out(p, argv[2], argv[4])) {
        perror(argv[4]);
        p->bad = true;
    }
    return p->bad;
}
