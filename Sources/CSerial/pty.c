#define _GNU_SOURCE
#include "CSerial.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

int cs_open_pty(char *path, size_t capacity, int *keeper) {
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (master < 0) return -errno;
    int status = 0;
    int other = -1;
    if (grantpt(master) != 0 || unlockpt(master) != 0) status = -errno;
    if (status == 0) status = -ptsname_r(master, path, capacity);
    if (status == 0) {
        other = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
        if (other < 0) status = -errno;
    }
    struct termios settings;
    if (status == 0 && tcgetattr(other, &settings) != 0) status = -errno;
    if (status == 0) {
        cfmakeraw(&settings);
        if (tcsetattr(other, TCSANOW, &settings) != 0) status = -errno;
    }
    if (status != 0) {
        if (other >= 0) close(other);
        close(master);
        return status;
    }
    *keeper = other;
    return master;
}
