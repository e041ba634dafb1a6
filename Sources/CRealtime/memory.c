#define _GNU_SOURCE
#include "CRealtime.h"

#include <errno.h>
#include <linux/capability.h>
#include <malloc.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Whether the kernel would lock any amount for this process. */
static int may_lock_everything(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY) return 1;
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    memset(data, 0, sizeof data);
    if (syscall(SYS_capget, &header, data) != 0) return 0;
    return (data[0].effective >> CAP_IPC_LOCK) & 1;
}

int cr_lock_memory(int *locks_future) {
    /* Under a limit, locking what will be mapped would make a later allocation fail. */
    const int future = may_lock_everything();
    *locks_future = 0;
    if (mlockall(future ? MCL_CURRENT | MCL_FUTURE : MCL_CURRENT) != 0) return errno;
    *locks_future = future;
    return 0;
}

int cr_unlock_memory(void) { return munlockall() == 0 ? 0 : errno; }

void cr_keep_freed_memory(void) {
    /* Setting one threshold stops glibc from adapting the other, so both are said. */
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 512 << 20);
}

__attribute__((noinline)) void cr_prefault_stack(size_t bytes) {
    const size_t page = 4096;
    if (bytes > (size_t)1 << 20) bytes = (size_t)1 << 20;
    volatile char space[bytes > page ? bytes : page];
    for (size_t i = 0; i < sizeof space; i += page) space[i] = 0;
}
