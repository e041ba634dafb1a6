#define _GNU_SOURCE
#include "CRealtime.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Threads under SCHED_FIFO, for the handler: it may run on any thread. 0 is a free slot. */
enum { slot_count = 16 };
static _Atomic(int) fifo_threads[slot_count];
static _Atomic(uint32_t) demotions;

static int thread_id(void) { return (int)syscall(SYS_gettid); }

static void forget(int thread) {
    for (int i = 0; i < slot_count; i++) {
        int expected = thread;
        if (atomic_compare_exchange_strong(&fifo_threads[i], &expected, 0)) return;
    }
}

/* A thread that ends is forgotten: the kernel gives its number to others. */
static pthread_key_t at_exit;
static pthread_once_t at_exit_once = PTHREAD_ONCE_INIT;

static void forget_ended(void *thread) { forget((int)(intptr_t)thread); }
static void make_at_exit(void) { pthread_key_create(&at_exit, forget_ended); }

static int note(int thread) {
    for (int i = 0; i < slot_count; i++) {
        if (atomic_load(&fifo_threads[i]) == thread) return 1;
    }
    pthread_once(&at_exit_once, make_at_exit);
    if (pthread_setspecific(at_exit, (void *)(intptr_t)thread) != 0) return 0;
    for (int i = 0; i < slot_count; i++) {
        int expected = 0;
        if (atomic_compare_exchange_strong(&fifo_threads[i], &expected, thread)) return 1;
    }
    return 0;
}

/* The kernel does not say which thread has run too long: all are put back. */
static void put_back(int signal_number) {
    (void)signal_number;
    const int before = errno;
    const struct sched_param normal = {.sched_priority = 0};
    for (int i = 0; i < slot_count; i++) {
        const int thread = atomic_exchange(&fifo_threads[i], 0);
        if (thread != 0 && sched_setscheduler(thread, SCHED_OTHER, &normal) == 0) {
            atomic_fetch_add(&demotions, 1);
        }
    }
    errno = before;
}

static int limit_cpu_time(uint64_t microseconds) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = put_back;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGXCPU, &action, NULL) != 0) return errno;
    struct rlimit limit;
    if (getrlimit(RLIMIT_RTTIME, &limit) != 0) return errno;
    /* The kernel kills at the hard limit: the soft one must come well before it. */
    if (limit.rlim_max != RLIM_INFINITY && microseconds > limit.rlim_max / 2) {
        microseconds = limit.rlim_max / 2;
    }
    limit.rlim_cur = microseconds;
    return setrlimit(RLIMIT_RTTIME, &limit) == 0 ? 0 : errno;
}

int cr_request_fifo(int priority, uint64_t cpu_limit_us) {
    if (cpu_limit_us > 0) {
        const int refused = limit_cpu_time(cpu_limit_us);
        if (refused != 0) return refused;
    }
    const int thread = thread_id();
    if (!note(thread)) return EAGAIN;
    const struct sched_param wanted = {.sched_priority = priority};
    if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &wanted) == 0) return 0;
    const int refused = errno;
    forget(thread);
    return refused;
}

int cr_leave_fifo(void) {
    const struct sched_param normal = {.sched_priority = 0};
    /* The flag stays: only a privileged thread may clear it, and it does no harm. */
    if (sched_setscheduler(0, SCHED_OTHER | SCHED_RESET_ON_FORK, &normal) != 0) return errno;
    forget(thread_id());
    return 0;
}

uint32_t cr_demotions(void) { return atomic_load(&demotions); }

int cr_set_timer_slack(uint64_t nanoseconds) {
    return prctl(PR_SET_TIMERSLACK, (unsigned long)nanoseconds, 0UL, 0UL, 0UL) == 0 ? 0 : errno;
}

int64_t cr_timer_slack(void) { return syscall(SYS_prctl, PR_GET_TIMERSLACK, 0UL, 0UL, 0UL, 0UL); }

/* Later threads inherit the mask of the thread that starts them: the first one is kept. */
static cpu_set_t first_mask;

__attribute__((constructor)) static void keep_first_mask(void) {
    if (sched_getaffinity(0, sizeof first_mask, &first_mask) != 0) CPU_ZERO(&first_mask);
}

int cr_core_count(void) { return CPU_COUNT(&first_mask); }

int cr_last_core(void) {
    for (int core = CPU_SETSIZE - 1; core >= 0; core--) {
        if (CPU_ISSET(core, &first_mask)) return core;
    }
    return -1;
}

int cr_usable_cores(void) {
    cpu_set_t mask;
    return sched_getaffinity(0, sizeof mask, &mask) == 0 ? CPU_COUNT(&mask) : 0;
}

int cr_pin(int core) {
    if (core < 0 || core >= CPU_SETSIZE || !CPU_ISSET(core, &first_mask)) return EINVAL;
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(core, &only);
    return sched_setaffinity(0, sizeof only, &only) == 0 ? 0 : errno;
}

int cr_use_all_cores(void) {
    if (CPU_COUNT(&first_mask) == 0) return ENOSYS;
    return sched_setaffinity(0, sizeof first_mask, &first_mask) == 0 ? 0 : errno;
}

void cr_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0UL, 0UL, 0UL); }
