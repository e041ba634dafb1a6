#define _GNU_SOURCE
#include "CSerial.h"

#include <asm/termbits.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/serial.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

/* Raw 8N1 at any rate; <termios.h> knows fixed rates alone and clashes with termbits.h. */
static int make_raw(int fd, uint32_t baud) {
    struct termios2 settings;
    if (ioctl(fd, TCGETS2, &settings) != 0) return -errno;
    settings.c_iflag = 0;
    settings.c_oflag = 0;
    settings.c_lflag = 0;
    settings.c_cflag = CS8 | CREAD | CLOCAL | BOTHER | (BOTHER << IBSHIFT);
    settings.c_ispeed = baud;
    settings.c_ospeed = baud;
    settings.c_cc[VMIN] = 0;
    settings.c_cc[VTIME] = 0;
    return ioctl(fd, TCSETS2, &settings) == 0 ? 0 : -errno;
}

/* A pseudo terminal stays exclusive for as long as its master lives, whoever closes it. */
static int is_pseudo_terminal(int fd) {
    struct stat about;
    return fstat(fd, &about) == 0 && major(about.st_rdev) >= 136 && major(about.st_rdev) <= 143;
}

int cs_open(const char *path, uint32_t baud) {
    int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return -errno;
    int status = isatty(fd) ? 0 : -ENOTTY;
    /* TIOCEXCL does not stop root, flock does not stop programs that do not ask: both together. */
    if (status == 0 && flock(fd, LOCK_EX | LOCK_NB) != 0)
        status = errno == EWOULDBLOCK ? -EBUSY : -errno;
    if (status == 0 && !is_pseudo_terminal(fd) && ioctl(fd, TIOCEXCL) != 0) status = -errno;
    if (status == 0) status = make_raw(fd, baud);
    if (status == 0) status = cs_discard_input(fd);
    if (status != 0) {
        close(fd);
        return status;
    }
    return fd;
}

int64_t cs_baud(int fd) {
    struct termios2 settings;
    if (ioctl(fd, TCGETS2, &settings) != 0) return -errno;
    return settings.c_ospeed;
}

int cs_discard_input(int fd) { return ioctl(fd, TCFLSH, TCIFLUSH) == 0 ? 0 : -errno; }

int cs_drain(int fd) { return ioctl(fd, TCSBRK, 1) == 0 ? 0 : -errno; }

int cs_request_low_latency(int fd) {
    struct serial_struct serial;
    if (ioctl(fd, TIOCGSERIAL, &serial) != 0) return -errno;
    serial.flags |= ASYNC_LOW_LATENCY;
    return ioctl(fd, TIOCSSERIAL, &serial) == 0 ? 0 : -errno;
}

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int cs_wait_readable(int fd, int64_t deadline_ns) {
    struct pollfd wanted = {.fd = fd, .events = POLLIN};
    for (;;) {
        int64_t left = deadline_ns - now_ns();
        if (left < 0) left = 0;
        struct timespec wait = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
        int ready = ppoll(&wanted, 1, &wait, NULL);
        if (ready < 0 && errno == EINTR) continue;
        if (ready < 0) return -errno;
        if (ready == 0) return 0;
        /* A terminal that hung up is readable for ever. */
        if (wanted.revents & (POLLHUP | POLLERR | POLLNVAL)) return -EIO;
        return 1;
    }
}

ssize_t cs_read(int fd, uint8_t *bytes, size_t count) {
    ssize_t moved;
    do moved = read(fd, bytes, count);
    while (moved < 0 && errno == EINTR);
    if (moved >= 0) return moved;
    return errno == EAGAIN ? 0 : -errno;
}

ssize_t cs_write(int fd, const uint8_t *bytes, size_t count) {
    ssize_t moved;
    do moved = write(fd, bytes, count);
    while (moved < 0 && errno == EINTR);
    if (moved >= 0) return moved;
    return errno == EAGAIN ? 0 : -errno;
}
