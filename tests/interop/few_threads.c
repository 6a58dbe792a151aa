/* tests/interop/few_threads.c - preloaded, no thread can be made while the file
 * that TD_NO_THREADS names is there.
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

int pthread_create(pthread_t *id, const pthread_attr_t *how,
                   void *(*work)(void *), void *arg)
{
    static int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *),
                       void *);
    const char *no = getenv("TD_NO_THREADS");

    if (no && access(no, F_OK) == 0)
        return EAGAIN;
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
    return real(id, how, work, arg);
}
