#ifndef CREALTIME_H
#define CREALTIME_H

#include <stddef.h>
#include <stdint.h>

/* What Swift cannot call itself: variadic system calls, CPU_SET macros, a signal handler.
 * Linux only. Functions that may be refused return 0, or the errno of the refusal. */

/* Puts the calling thread under SCHED_FIFO; threads and processes that it starts do not inherit it.
 * A thread that then runs for cpu_limit_us without sleeping once is put back under SCHED_OTHER,
 * by RLIMIT_RTTIME and a handler of SIGXCPU. 0 for no such limit. */
int cr_request_fifo(int priority, uint64_t cpu_limit_us);

/* Puts the calling thread back under SCHED_OTHER. */
int cr_leave_fifo(void);

/* How many threads the limit of cr_request_fifo has put back since the process started. */
uint32_t cr_demotions(void);

/* Locks what is mapped now, and also what will be mapped where no limit could then refuse memory.
 * `locks_future` receives 1 in the latter case, else 0. */
int cr_lock_memory(int *locks_future);
int cr_unlock_memory(void);

/* Keeps freed heap memory, so that it is not returned to the kernel and faulted in again. */
void cr_keep_freed_memory(void);

/* Touches `bytes` of the calling thread's stack below the caller, at most 1 MiB. */
void cr_prefault_stack(size_t bytes);

/* The calling thread's timer slack in nanoseconds; setting 0 restores the thread's default. */
int cr_set_timer_slack(uint64_t nanoseconds);
int64_t cr_timer_slack(void);

/* How many processors the process could use when it started, and the highest of their numbers. */
int cr_core_count(void);
int cr_last_core(void);

/* How many processors the calling thread may use now; 0 when the system does not say. */
int cr_usable_cores(void);

/* Keeps the calling thread on one processor; cr_use_all_cores undoes it. */
int cr_pin(int core);
int cr_use_all_cores(void);

/* Names the calling thread for tools such as top; at most 15 characters. */
void cr_name_thread(const char *name);

/* Tells the processor that this is a waiting loop. */
static inline void cr_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

#endif
