#include "schema/value/uri.h"

#include <limits.h>
#include <stdlib.h>

/* The parts with their punctuation: "http:" "//host" "/path" "?query" "#frag".
 */
struct parts {
    struct td_bytes scheme;
    struct td_bytes authority;
    struct td_bytes path;
    struct td_bytes query;
    struct td_bytes fragment;
};

static size_t find(struct td_bytes text, const char *stops)
{
    size_t at = 0;

    while (at < text.len && (!text.ptr[at] || !strchr(stops, text.ptr[at])))
        at++;
    return at;
}

/* Cut the first n bytes off text. */
static struct td_bytes cut(struct td_bytes *text, size_t n)
{
    struct td_bytes head = td_bytes(text->ptr, n);

    text->ptr = text->len ? text->ptr + n : text->ptr;
    text->len -= n;
    return head;
}

static struct parts split(struct td_bytes uri)
{
    struct parts p = {0};
    size_t colon = find(uri, ":/?#");

    if (colon > 0 && colon < uri.len && uri.ptr[colon] == ':')
        p.scheme = cut(&uri, colon + 1);
    if (uri.len >= 2 && !memcmp(uri.ptr, "//", 2)) {
        struct td_bytes rest = td_bytes(uri.ptr + 2, uri.len - 2);

        p.authority = cut(&uri, 2 + find(rest, "/?#"));
    }
    p.path = cut(&uri, find(uri, "?#"));
    p.query = cut(&uri, find(uri, "#"));
    p.fragment = uri;
    return p;
}

struct td_bytes schema_uri_without_fragment(struct td_bytes uri)
{
    return td_bytes(uri.ptr, find(uri, "#"));
}

struct td_bytes schema_uri_fragment(struct td_bytes uri)
{
    size_t at = find(uri, "#");

    return at < uri.len ? td_bytes(uri.ptr + at + 1, uri.len - at - 1)
                        : td_bytes(NULL, 0);
}

/* Take the last segment and its slash back, down to `from`. */
static void drop_segment(struct td_buf *out, size_t from)
{
    while (out->len > from && out->ptr[out->len - 1] != '/')
        out->len--;
    if (out->len > from)
        out->len--;
}

/* Append the path without "." and ".." (section 5.2.4). */
static void add_clean_path(struct td_buf *out, struct td_bytes path)
{
    size_t from = out->len;

    while (path.len > 0) {
        struct td_bytes slash = cut(&path, path.ptr[0] == '/');
        struct td_bytes segment = cut(&path, find(path, "/"));
        bool up = td_bytes_is(segment, "..");

        if (up)
            drop_segment(out, from);
        if (!up && !td_bytes_is(segment, ".")) {
            (void)td_buf_add_bytes(out, slash);
            (void)td_buf_add_bytes(out, segment);
        } else if (path.len == 0) {
            (void)td_buf_add_bytes(out, slash);
        }
    }
}

/* The base's path up to its last slash, then ref's (section 5.2.3). */
static void merge_paths(struct td_buf *out, const struct parts *base,
                        struct td_bytes path)
{
    size_t keep = base->path.len;

    while (keep > 0 && base->path.ptr[keep - 1] != '/')
        keep--;
    if (base->authority.len > 0 && base->path.len == 0)
        (void)td_buf_add_byte(out, '/');
    (void)td_buf_add(out, base->path.ptr, keep);
    (void)td_buf_add_bytes(out, path);
}

static void add_path_and_query(struct td_buf *out, const struct parts *base,
                               const struct parts *ref)
{
    struct td_buf merged = {0};

    if (ref->path.len == 0) {
        (void)td_buf_add_bytes(out, base->path);
        (void)td_buf_add_bytes(out, ref->query.len ? ref->query : base->query);
        return;
    }
    if (ref->path.ptr[0] == '/')
        (void)td_buf_add_bytes(&merged, ref->path);
    else
        merge_paths(&merged, base, ref->path);
    add_clean_path(out, td_buf_bytes(&merged));
    (void)td_buf_add_bytes(out, ref->query);
    td_buf_release(&merged);
}

void schema_uri_resolve(struct td_buf *out, struct td_bytes base,
                        struct td_bytes ref)
{
    struct parts b = split(base);
    struct parts r = split(ref);

    if (r.scheme.len > 0 || r.authority.len > 0) {
        (void)td_buf_add_bytes(out, r.scheme.len ? r.scheme : b.scheme);
        (void)td_buf_add_bytes(out, r.authority);
        if (r.authority.len > 0)
            add_clean_path(out, r.path);
        else
            (void)td_buf_add_bytes(out, r.path);
        (void)td_buf_add_bytes(out, r.query);
    } else {
        (void)td_buf_add_bytes(out, b.scheme);
        (void)td_buf_add_bytes(out, b.authority);
        add_path_and_query(out, &b, &r);
    }
    if (r.fragment.len > 1)
        (void)td_buf_add_bytes(out, r.fragment);
}

void schema_uri_encode(struct td_buf *out, struct td_bytes text)
{
    static const char fine[] = "-._~!$&'()*+,;=:@/?";

    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];
        bool word =
            (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');

        if (word || (c && strchr(fine, c)))
            (void)td_buf_add_byte(out, c);
        else
            (void)td_buf_addf(out, "%%%02X", (unsigned)c);
    }
}

void schema_uri_of_path(struct td_buf *out, const char *path)
{
    char full[PATH_MAX];
    const char *real = realpath(path, full);

    (void)td_buf_add_text(out, real ? "file://" : "file:///");
    for (const char *c = real ? real : path; *c; c++) {
        if (strchr("%#? ", *c))
            (void)td_buf_addf(out, "%%%02X", (unsigned)(uint8_t)*c);
        else
            (void)td_buf_add_byte(out, (uint8_t)*c);
    }
}
