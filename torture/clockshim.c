/* A lying wall clock for one process: LD_PRELOAD this, and name a file of eight bytes in CLOCKSHIM.
 *
 * The file holds a signed number of nanoseconds, in the machine's own byte order. It is added to CLOCK_REALTIME
 * at every reading and may be changed while the process runs. Monotonic and boot time are left alone, and so
 * are sleeps and timeouts: that is what an enemy with a time server can do, and no more.
 *
 * A second number behind it, if there is one, is added to CLOCK_BOOTTIME. With both, time itself passes for
 * whoever asks what time it is, and for nobody who waits.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define NS 1000000000LL

static const volatile int64_t *lie_ns; /* of the wall clock, of boot time */

__attribute__((constructor)) static void find_the_lie(void)
{
    const char *path = getenv("CLOCKSHIM");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0)
        return;
    void *page = mmap(NULL, 2 * sizeof *lie_ns, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (page != MAP_FAILED)
        lie_ns = page;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    /* The system call itself: libc's own function is the one that stands here. */
    int failed = (int)syscall(SYS_clock_gettime, clock, now);
    int wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
    if (failed || !lie_ns || !(wall || clock == CLOCK_BOOTTIME))
        return failed;
    /* Behind the end of a shorter file its page holds zeros. */
    int64_t lie = lie_ns[wall ? 0 : 1];
    now->tv_sec += lie / NS;
    now->tv_nsec += lie % NS;
    if (now->tv_nsec < 0) {
        now->tv_nsec += NS;
        now->tv_sec -= 1;
    } else if (now->tv_nsec >= NS) {
        now->tv_nsec -= NS;
        now->tv_sec += 1;
    }
    return 0;
}

int gettimeofday(struct timeval *now, void *zone)
{
    struct timespec exact;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &exact))
        return -1;
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *where)
{
    struct timespec exact;
    if (clock_gettime(CLOCK_REALTIME, &exact))
        return (time_t)-1;
    if (where)
        *where = exact.tv_sec;
    return exact.tv_sec;
}
