#include "orchestrator/provider/openai_http.h"

#include "core/clock.h"
#include "core/take.h"
#include "orchestrator/provider/answer.h"
#include "orchestrator/provider/attempt.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define PATH "/chat/completions"

/* Whether the endpoint is on this machine, where no proxy is asked. */
static bool is_here(const char *url)
{
    static const char *const hosts[] = {"localhost", "127.", "[::1]"};
    const char *host = strstr(url, "://") + 3;

    for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++)
        if (!strncasecmp(host, hosts[i], strlen(hosts[i])))
            return true;
    return false;
}

static bool add_header(struct curl_slist **headers, const char *line)
{
    struct curl_slist *longer = openai_curl.slist_append(*headers, line);

    if (longer)
        *headers = longer;
    return longer != NULL;
}

static bool add_key(struct curl_slist **headers, const char *key)
{
    char line[sizeof("Authorization: Bearer ") + PROV_KEY_MAX];
    bool added;

    (void)snprintf(line, sizeof(line), "Authorization: Bearer %s", key);
    added = add_header(headers, line);
    explicit_bzero(line, sizeof(line));
    return added;
}

static bool set_url(CURL *easy, const struct prov_config *config)
{
    char url[PROV_URL_MAX + sizeof(PATH)];

    (void)snprintf(url, sizeof(url), "%s" PATH, config->url);
    return !openai_curl.easy_setopt(easy, CURLOPT_URL, url) &&
           !openai_curl.easy_setopt(easy, CURLOPT_PROTOCOLS_STR,
                                    "http,https") &&
           (!is_here(url) ||
            !openai_curl.easy_setopt(easy, CURLOPT_PROXY, "")) &&
           (!config->ca ||
            !openai_curl.easy_setopt(easy, CURLOPT_CAINFO, config->ca));
}

bool openai_http_prepare(CURL *easy, const struct prov_config *config,
                         const struct td_buf *body, struct curl_slist **headers)
{
    bool good = add_header(headers, "Content-Type: application/json") &&
                add_header(headers, "Accept: text/event-stream, "
                                    "application/json") &&
                add_header(headers, "Expect:") &&
                (!config->key || add_key(headers, config->key));

    return good && set_url(easy, config) &&
           !openai_curl.easy_setopt(easy, CURLOPT_HTTPHEADER, *headers) &&
           !openai_curl.easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                                    (curl_off_t)body->len) &&
           !openai_curl.easy_setopt(easy, CURLOPT_POSTFIELDS, body->ptr) &&
           !openai_curl.easy_setopt(easy, CURLOPT_USERAGENT, "tapedeck") &&
           !openai_curl.easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) &&
           !openai_curl.easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
}

/* Nanoseconds from now that a value of Retry-After asks for (RFC 9110, 10.2.3:
 * seconds, or a date), at most a day; 0: none, or of the past. */
static uint64_t openai_http_retry_after(struct td_bytes value, uint64_t wall_ns)
{
    char text[64] = "";
    uint64_t seconds;
    uint64_t now = wall_ns / TD_NS_PER_S;
    struct td_bytes rest = value;
    time_t at;

    if (td_take_number(&rest, &seconds) && !rest.len)
        return seconds > OPENAI_RETRY_MAX_NS / TD_NS_PER_S
                   ? OPENAI_RETRY_MAX_NS
                   : seconds * TD_NS_PER_S;
    if (!value.len || value.len >= sizeof(text))
        return 0;
    memcpy(text, value.ptr, value.len);
    at = openai_curl.getdate(text, NULL);
    if (at < 0 || (uint64_t)at <= now)
        return 0;
    seconds = (uint64_t)at - now;
    return seconds > OPENAI_RETRY_MAX_NS / TD_NS_PER_S ? OPENAI_RETRY_MAX_NS
                                                       : seconds * TD_NS_PER_S;
}

bool openai_http_was_sent(CURL *easy)
{
    long bytes = 0;

    (void)openai_curl.easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &bytes);
    return bytes > 0;
}

int openai_http_status(CURL *easy)
{
    long status = 0;

    (void)openai_curl.easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    return (int)status;
}

bool openai_http_is_stream(CURL *easy)
{
    static const char type[] = "text/event-stream";
    char *is = NULL;

    (void)openai_curl.easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &is);
    return is && !strncasecmp(is, type, sizeof(type) - 1);
}

static enum plan_fault fault_of_result(CURLcode result)
{
    if (result == CURLE_PEER_FAILED_VERIFICATION)
        return PLAN_REFUSED;
    if (result == CURLE_SSL_CACERT_BADFILE || result == CURLE_URL_MALFORMAT ||
        result == CURLE_UNSUPPORTED_PROTOCOL)
        return PLAN_BAD_REQUEST;
    if (result == CURLE_WRITE_ERROR || result == CURLE_WEIRD_SERVER_REPLY ||
        result == CURLE_BAD_CONTENT_ENCODING)
        return PLAN_MALFORMED;
    return PLAN_DISCONNECTED;
}

void openai_http_failed(struct prov_end *end, const char *url, CURLcode result)
{
    struct td_buf text = {0};

    *end = (struct prov_end){.fault = fault_of_result(result)};
    (void)td_buf_addf(&text, "%s: %s", url, openai_curl.easy_strerror(result));
    prov_line(end->text, sizeof(end->text), td_buf_bytes(&text));
    td_buf_release(&text);
}

static enum plan_fault fault_of_status(int status)
{
    if (status == 429)
        return PLAN_RATE_LIMITED;
    if (status == 408 || status >= 500)
        return PLAN_SERVER_ERROR;
    if (status == 404)
        return PLAN_NOT_FOUND;
    return status == 401 || status == 403 ? PLAN_REFUSED : PLAN_BAD_REQUEST;
}

void openai_http_refused(struct prov_end *end, CURL *easy, struct td_bytes body,
                         uint64_t wall_ns)
{
    struct curl_header *after;
    struct td_buf text = {0};
    int status = openai_http_status(easy);

    *end = (struct prov_end){.fault = fault_of_status(status)};
    if (openai_curl.easy_header(easy, "Retry-After", 0, CURLH_HEADER, -1,
                                &after) == CURLHE_OK)
        end->retry_after_ns =
            openai_http_retry_after(td_text(after->value), wall_ns);
    (void)td_buf_addf(&text, "the server answered %d: ", status);
    prov_answer_error(&text, body);
    if (text.ptr[text.len - 1] == ' ')
        text.len -= 2;
    prov_line(end->text, sizeof(end->text), td_buf_bytes(&text));
    td_buf_release(&text);
}

void openai_http_hide(uint8_t *text, size_t len, const char *key)
{
    size_t key_len = key && len ? strlen(key) : 0;
    uint8_t *at;

    while (key_len && (at = memmem(text, len, key, key_len)) != NULL) {
        len -= (size_t)(at - text) + key_len;
        memset(at, '*', key_len);
        text = at + key_len;
    }
}
