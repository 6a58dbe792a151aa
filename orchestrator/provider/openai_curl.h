/* orchestrator/provider/openai_curl.h - libcurl, loaded when a model is first
 * asked.
 *
 * It brings more than 20 libraries of its own, and loading them takes half of
 * the time in which a program that asks no model starts and ends. So nothing is
 * linked to it: its functions are called through a table, by the names that its
 * manual gives them.
 */
#ifndef ORCHESTRATOR_PROVIDER_OPENAI_CURL_H
#define ORCHESTRATOR_PROVIDER_OPENAI_CURL_H

#include "core/error.h"

/* Its checks of types are macros around calls by name. */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#define OPENAI_CURL(X)                                                         \
    X(easy_cleanup)                                                            \
    X(easy_getinfo)                                                            \
    X(easy_header)                                                             \
    X(easy_init)                                                               \
    X(easy_setopt)                                                             \
    X(easy_strerror)                                                           \
    X(getdate)                                                                 \
    X(global_cleanup)                                                          \
    X(global_init)                                                             \
    X(multi_add_handle)                                                        \
    X(multi_assign)                                                            \
    X(multi_cleanup)                                                           \
    X(multi_info_read)                                                         \
    X(multi_init)                                                              \
    X(multi_remove_handle)                                                     \
    X(multi_setopt)                                                            \
    X(multi_socket_action)                                                     \
    X(slist_append)                                                            \
    X(slist_free_all)

#define OPENAI_CURL_MEMBER(name) __typeof__(curl_##name) *name;

/* curl_easy_init() is openai_curl.easy_init(). Not to be called before
 * openai_curl_load() was TD_OK, and not to be written to.
 */
struct openai_curl {
    OPENAI_CURL(OPENAI_CURL_MEMBER)
};
extern struct openai_curl openai_curl;

/* Load it, if it is not loaded yet; it stays until the process ends. Not for
 * two threads at once. TD_IO: it is not installed, or is older than 7.84.
 */
TD_MUST_CHECK enum td_code openai_curl_load(struct td_error *err);

#endif
