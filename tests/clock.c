/* A clock that is wrong by CLOCK_AHEAD seconds, for one process: cc -shared -fPIC -o clock.so clock.c -ldl */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

int clock_gettime(clockid_t kind, struct timespec *found)
{
    static int (*real)(clockid_t, struct timespec *);
    if (!real)
        real = dlsym(RTLD_NEXT, "clock_gettime");
    int failed = real(kind, found);
    if (!failed && kind == CLOCK_REALTIME)
        found->tv_sec += atol(getenv("CLOCK_AHEAD") ? getenv("CLOCK_AHEAD") : "0");
    return failed;
}
