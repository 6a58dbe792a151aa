/* core/mem.h - allocation that does not fail: it prints a line and aborts.
 *
 * Sizes that come from a file or a peer must be checked against a named limit
 * first (TD_LIMIT), so that only our own bugs or a full machine end up here.
 */
#ifndef CORE_MEM_H
#define CORE_MEM_H

#include <stddef.h>

/* Zeroed memory for n items of size bytes; give it to free(). Never NULL. */
void *td_calloc(size_t n, size_t size);

/* realloc() to size bytes, size > 0. The old pointer is void. Never NULL. */
void *td_realloc(void *ptr, size_t size);

/* Room for one more behind the `len` items of a list that grows by this alone:
 * it doubles at powers of two. `size` is that of an item.
 */
static inline void *td_list_room(void *list, size_t len, size_t size)
{
    return len & (len - 1) ? list
                           : td_realloc(list, (len ? len * 2 : 1) * size);
}

/* A copy of the NUL-terminated text; give it to free(). Never NULL. */
char *td_strdup(const char *text);

/* A NUL-terminated copy of len bytes; give it to free(). Never NULL. */
char *td_strndup(const void *ptr, size_t len);

#endif
