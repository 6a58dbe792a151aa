#include "wire/server/access.h"

#include "core/digest.h"
#include "core/hex.h"
#include "core/json.h"
#include "wire/http/url.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <strings.h>

#define NAME_MAX_LEN 253 /* bytes of a host name (RFC 1035) */
#define AUTH_DEPTH   64  /* levels of an auth payload that is looked at */

static bool same(struct td_bytes a, struct td_bytes b)
{
    return a.len == b.len &&
           (a.len == 0 ||
            !strncasecmp((const char *)a.ptr, (const char *)b.ptr, a.len));
}

/* Take "HOST[:PORT]" apart; an IPv6 address is without its brackets then. */
static bool split(struct td_bytes text, struct td_bytes *host)
{
    bool ipv6 = text.len > 0 && *text.ptr == '[';
    const uint8_t *end = text.ptr + text.len;
    const uint8_t *stop =
        text.len ? memchr(text.ptr, ipv6 ? ']' : ':', text.len) : NULL;

    if (ipv6 && !stop)
        return false;
    *host =
        ipv6 ? td_bytes(text.ptr + 1, (size_t)(stop - text.ptr - 1))
             : td_bytes(text.ptr, stop ? (size_t)(stop - text.ptr) : text.len);
    if (ipv6 && ++stop == end)
        stop = NULL;
    if (stop && *stop++ != ':')
        return false;
    if (stop && end - stop > 5)
        return false;
    for (; stop && stop < end; stop++)
        if (*stop < '0' || *stop > '9')
            return false;
    return host->len > 0;
}

static bool is_loopback_address(const char *host)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    struct in6_addr six;
    struct in_addr four;

    if (inet_pton(AF_INET, host, &four) == 1)
        return (ntohl(four.s_addr) >> 24) == 127;
    if (inet_pton(AF_INET6, host, &six) != 1)
        return false;
    return IN6_IS_ADDR_LOOPBACK(&six) ||
           (!memcmp(six.s6_addr, mapped, sizeof(mapped)) &&
            six.s6_addr[12] == 127);
}

/* Every resolver takes names at and below "localhost" for this machine. */
static bool is_local_name(struct td_bytes host)
{
    static const char suffix[] = ".localhost";
    size_t len = sizeof(suffix) - 1;
    char text[NAME_MAX_LEN + 1];

    if (host.len == 0 || host.len > NAME_MAX_LEN ||
        memchr(host.ptr, '\0', host.len))
        return false;
    memcpy(text, host.ptr, host.len);
    text[host.len] = '\0';
    if (is_loopback_address(text))
        return true;
    if (text[host.len - 1] == '.')
        text[--host.len] = '\0';
    return !strcasecmp(text, suffix + 1) ||
           (host.len > len && !strcasecmp(text + host.len - len, suffix));
}

bool wire_bind_is_local(const struct wire_bind *bind)
{
    return bind->unix_path || !bind->host || !*bind->host ||
           is_local_name(td_text(bind->host));
}

/* What stands behind "SCHEME://"; ptr is NULL if nothing does. */
static struct td_bytes authority_of(struct td_bytes origin)
{
    const uint8_t *mark =
        origin.len ? memmem(origin.ptr, origin.len, "://", 3) : NULL;

    if (!mark || mark == origin.ptr)
        return td_bytes(NULL, 0);
    mark += 3;
    return td_bytes(mark, (size_t)(origin.ptr + origin.len - mark));
}

bool wire_is_origin(const char *text)
{
    struct td_bytes authority = authority_of(td_text(text));
    struct td_bytes host;

    if (!strcmp(text, "*") || !strcmp(text, "null") || !strcmp(text, "file://"))
        return true;
    for (const char *c = text; *c; c++)
        if (*c <= ' ' || *c > '~')
            return false;
    if (authority.len == 0 || strpbrk((const char *)authority.ptr, "/?#@,*"))
        return false;
    return split(authority, &host);
}

static enum td_code check_token(const char *token, struct td_error *err)
{
    static const char where[] = "access token";
    size_t len = strlen(token);

    if (len == 0 || len > WIRE_TOKEN_MAX)
        return td_error_set(err, TD_USAGE, where, 0,
                            "%zu bytes long, 1 to %d are allowed", len,
                            WIRE_TOKEN_MAX);
    for (const char *c = token; *c; c++)
        if (*c <= ' ' || *c > '~')
            return td_error_set(err, TD_USAGE, where, 0,
                                "it holds other bytes than visible ASCII");
    return TD_OK;
}

enum td_code wire_access_check(const struct wire_access *access,
                               const struct wire_bind *bind,
                               struct td_error *err)
{
    char host[256];

    for (const char *const *o = access->origins; o && *o; o++)
        if (!wire_is_origin(*o)) {
            (void)td_error_set(err, TD_USAGE, *o, 0,
                               "this is no origin that a browser sends");
            return td_error_hint(err,
                                 "write SCHEME://HOST or "
                                 "SCHEME://HOST:PORT without a path, null, "
                                 "or *");
        }
    if (access->token)
        return check_token(access->token, err);
    if (access->everybody || wire_bind_is_local(bind))
        return TD_OK;
    (void)snprintf(host, sizeof(host), strchr(bind->host, ':') ? "[%s]" : "%s",
                   bind->host);
    (void)td_error_set(err, TD_USAGE, host, 0,
                       "other machines reach this address, and everybody on "
                       "them could read what is served");
    return td_error_hint(err, "ask for a token, or say that it is public");
}

/* Whether an origin is listed; text.ptr NULL: whether any is admitted. */
static bool is_listed(const struct wire_access *access, struct td_bytes text)
{
    for (const char *const *o = access->origins; o && *o; o++)
        if (!strcmp(*o, "*") || (text.ptr && same(text, td_text(*o))))
            return true;
    return false;
}

static bool host_is_listed(const struct wire_access *access,
                           struct td_bytes host)
{
    for (const char *const *o = access->origins; o && *o; o++) {
        struct td_bytes authority = authority_of(td_text(*o));
        struct td_bytes listed;

        if (authority.ptr && split(authority, &listed) && same(listed, host))
            return true;
    }
    return false;
}

static int check_host(const struct wire_access *access, bool local,
                      struct td_bytes field, const char **why)
{
    struct td_bytes host;

    if (!split(field, &host)) {
        *why = "the Host, or the target, holds no host";
        return 400;
    }
    if (!local || is_listed(access, td_bytes(NULL, 0)) || is_local_name(host) ||
        host_is_listed(access, host))
        return 0;
    *why = "the Host is no name of this server";
    return 403;
}

/* Of this machine, or the very place that the request is sent to. */
static bool is_own(struct td_bytes origin, struct td_bytes host)
{
    struct td_bytes authority = authority_of(origin);
    struct td_bytes name;

    /* Browsers send no path, but some libraries do, and no page can. */
    if (authority.len > 0 && authority.ptr[authority.len - 1] == '/')
        authority.len--;

    return wire_url_is_web(wire_url_kind(origin)) && split(authority, &name) &&
           (is_local_name(name) || same(authority, host));
}

/* The host that is asked: an absolute target's own goes before the field (RFC
 * 9112, 3.2.2). */
static struct td_bytes host_of(const struct http_head *head)
{
    struct td_bytes host;

    if (!wire_url_is_web(wire_url_kind(head->target)))
        return http_field(head, "Host");
    host = authority_of(head->target);
    for (size_t i = 0; i < host.len; i++)
        if (host.ptr[i] == '/' || host.ptr[i] == '?')
            return td_bytes(host.ptr, i);
    return host;
}

int wire_access_request(const struct wire_access *access, bool local,
                        const struct http_head *head, const char **why)
{
    struct td_bytes host = host_of(head);
    int status = 0;

    if (host.ptr)
        status = check_host(access, local, host, why);
    for (size_t i = 0; i < head->field_count && !status; i++) {
        const struct http_field *f = &head->fields[i];

        if (!http_same(f->name, "Origin") || is_listed(access, f->value) ||
            is_own(f->value, host))
            continue;
        *why = "pages of this origin are not admitted";
        status = 403;
    }
    return status;
}

bool wire_is_blind(const struct wire_access *access,
                   const struct http_head *head)
{
    return !http_field(head, "Origin").ptr &&
           http_same(http_field(head, "Sec-Fetch-Site"), "cross-site") &&
           !is_listed(access, td_bytes(NULL, 0));
}

static enum wire_token judge(const struct wire_access *access,
                             struct td_bytes token)
{
    return td_same_secret(token, td_text(access->token)) ? WIRE_TOKEN_RIGHT
                                                         : WIRE_TOKEN_WRONG;
}

/* "Bearer TOKEN"; ptr is NULL if it is of another scheme. */
static struct td_bytes bearer_of(struct td_bytes field)
{
    static const char scheme[] = "Bearer ";
    size_t len = sizeof(scheme) - 1;

    if (field.len < len || !same(td_bytes(field.ptr, len), td_text(scheme)))
        return td_bytes(NULL, 0);
    while (len < field.len && field.ptr[len] == ' ')
        len++;
    return td_bytes(field.ptr + len, field.len - len);
}

static enum wire_token judge_query(const struct wire_access *access,
                                   struct td_bytes value)
{
    struct td_buf token = {0};
    enum wire_token found = WIRE_TOKEN_WRONG;

    if (!value.ptr)
        return WIRE_TOKEN_NONE;
    if (td_percent_decode(&token, value) == TD_OK)
        found = judge(access, td_buf_bytes(&token));
    td_buf_release(&token);
    return found;
}

enum wire_token wire_access_token(const struct wire_access *access,
                                  const struct http_head *head)
{
    struct td_bytes bearer;

    if (!access->token)
        return WIRE_TOKEN_RIGHT;
    bearer = bearer_of(http_field(head, "Authorization"));
    if (bearer.ptr)
        return judge(access, bearer);
    return judge_query(access, http_query(head->query, "token"));
}

static enum wire_token judge_member(const struct wire_access *access,
                                    const struct td_json_doc *doc)
{
    uint32_t at = td_json_member(doc, 0, td_text("token"));
    struct td_buf token = {0};
    enum wire_token found = WIRE_TOKEN_WRONG;

    if (!at)
        return WIRE_TOKEN_NONE;
    if (doc->values[at].kind == TD_JSON_STRING &&
        td_json_unescape(&token, td_json_inner(doc, at)) == TD_OK)
        found = judge(access, td_buf_bytes(&token));
    td_buf_release(&token);
    return found;
}

enum wire_token wire_access_auth(const struct wire_access *access,
                                 struct td_bytes json)
{
    struct td_json_doc doc = {0};
    enum wire_token found = WIRE_TOKEN_NONE;

    if (!access->token)
        return WIRE_TOKEN_RIGHT;
    if (json.len > 0 && td_json_parse(&doc, json, AUTH_DEPTH, NULL) == TD_OK &&
        doc.values[0].kind == TD_JSON_OBJECT)
        found = judge_member(access, &doc);
    td_json_release(&doc);
    return found;
}
