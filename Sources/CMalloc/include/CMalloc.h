#ifndef CMALLOC_H
#define CMALLOC_H

#include <stdint.h>

/* Counts the calling thread's heap allocations by standing in front of the C library's allocator.
 * Linked into simrun-bench alone. */

/* Allocations (malloc, calloc, realloc, aligned variants) of this thread since it started. */
uint64_t cm_allocations(void);

#endif
