#ifndef CSERIAL_H
#define CSERIAL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What Swift cannot call for a serial port: termios2 (any baud rate), variadic ioctls.
 * Linux only. Functions that may be refused return 0 or more, or a negated errno. */

/* Opens a port raw, 8N1, without flow control, not blocking, closed on exec, locked against other
 * programs (TIOCEXCL and flock), at `baud` bits per second. Returns the descriptor. */
int cs_open(const char *path, uint32_t baud);

/* The baud rate that the port, or the other side of a pseudo terminal, is set to. */
int64_t cs_baud(int fd);

/* Throws away what was received and not yet read. */
int cs_discard_input(int fd);

/* Waits until everything written has left. */
int cs_drain(int fd);

/* Asks the driver to hand over bytes at once (ASYNC_LOW_LATENCY). */
int cs_request_low_latency(int fd);

/* Waits until there is something to read, at most to `deadline_ns` on CLOCK_MONOTONIC.
 * 1 for something, 0 for the deadline; -EIO and the like for a port that is gone. */
int cs_wait_readable(int fd, int64_t deadline_ns);

/* Reads and writes without blocking; 0 when nothing can be moved now. */
ssize_t cs_read(int fd, uint8_t *bytes, size_t count);
ssize_t cs_write(int fd, const uint8_t *bytes, size_t count);

/* Opens a pseudo terminal, raw both ways. Returns the master's descriptor, not blocking; `path`
 * receives the other side's name. `keeper` receives a descriptor of the other side that keeps the
 * pair alive while no program has it open. */
int cs_open_pty(char *path, size_t capacity, int *keeper);

#endif
