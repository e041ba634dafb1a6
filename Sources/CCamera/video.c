#define _GNU_SOURCE
#include "CCamera.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { BUFFERS = 4 };

struct cc_camera {
    int fd;
    uint32_t width, height;
    int32_t format;
    void *memory[BUFFERS];
    size_t size[BUFFERS];
    uint32_t count;
    /* The buffer that is out, or -1. */
    int32_t out;
};

static int ask(int fd, unsigned long what, void *about) {
    int status;
    do status = ioctl(fd, what, about);
    while (status < 0 && errno == EINTR);
    return status < 0 ? -errno : 0;
}

/* Whether the camera takes a format, at the size nearest to what is asked for. */
static int choose(cc_camera *camera, uint32_t pixels, uint32_t width, uint32_t height) {
    struct v4l2_format format;
    memset(&format, 0, sizeof format);
    format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    format.fmt.pix.width = width;
    format.fmt.pix.height = height;
    format.fmt.pix.pixelformat = pixels;
    format.fmt.pix.field = V4L2_FIELD_NONE;
    const int status = ask(camera->fd, VIDIOC_S_FMT, &format);
    if (status < 0) return status;
    if (format.fmt.pix.pixelformat != pixels) return -ENOTSUP;
    if (format.fmt.pix.width == 0 || format.fmt.pix.width > 4096) return -ERANGE;
    if (format.fmt.pix.height == 0 || format.fmt.pix.height > 4096) return -ERANGE;
    /* Rows with a gap behind them are not read here. */
    if (pixels == V4L2_PIX_FMT_YUYV && format.fmt.pix.bytesperline > format.fmt.pix.width * 2)
        return -ENOTSUP;
    camera->width = format.fmt.pix.width;
    camera->height = format.fmt.pix.height;
    camera->format = pixels == V4L2_PIX_FMT_MJPEG ? CC_MJPEG : CC_YUYV;
    return 0;
}

static int give(cc_camera *camera, uint32_t index) {
    struct v4l2_buffer buffer;
    memset(&buffer, 0, sizeof buffer);
    buffer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    buffer.memory = V4L2_MEMORY_MMAP;
    buffer.index = index;
    return ask(camera->fd, VIDIOC_QBUF, &buffer);
}

static int map(cc_camera *camera) {
    struct v4l2_requestbuffers wanted;
    memset(&wanted, 0, sizeof wanted);
    wanted.count = BUFFERS;
    wanted.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    wanted.memory = V4L2_MEMORY_MMAP;
    int status = ask(camera->fd, VIDIOC_REQBUFS, &wanted);
    if (status < 0) return status;
    const uint32_t count = wanted.count < BUFFERS ? wanted.count : BUFFERS;
    if (count < 2) return -ENOMEM;
    for (uint32_t index = 0; index < count; index++) {
        struct v4l2_buffer buffer;
        memset(&buffer, 0, sizeof buffer);
        buffer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
        buffer.memory = V4L2_MEMORY_MMAP;
        buffer.index = index;
        status = ask(camera->fd, VIDIOC_QUERYBUF, &buffer);
        if (status < 0) return status;
        void *memory = mmap(
            NULL, buffer.length, PROT_READ, MAP_SHARED, camera->fd, (off_t)buffer.m.offset
        );
        if (memory == MAP_FAILED) return -errno;
        camera->memory[index] = memory;
        camera->size[index] = buffer.length;
        camera->count = index + 1;
        status = give(camera, index);
        if (status < 0) return status;
    }
    return 0;
}

static int start(cc_camera *camera, uint32_t width, uint32_t height, uint32_t hertz) {
    struct v4l2_capability able;
    memset(&able, 0, sizeof able);
    int status = ask(camera->fd, VIDIOC_QUERYCAP, &able);
    if (status < 0) return status == -EINVAL ? -ENOTTY : status;
    const uint32_t caps =
        able.capabilities & V4L2_CAP_DEVICE_CAPS ? able.device_caps : able.capabilities;
    if (!(caps & V4L2_CAP_VIDEO_CAPTURE) || !(caps & V4L2_CAP_STREAMING)) return -ENOTSUP;
    if (choose(camera, V4L2_PIX_FMT_MJPEG, width, height) < 0) {
        status = choose(camera, V4L2_PIX_FMT_YUYV, width, height);
        if (status < 0) return status;
    }
    struct v4l2_streamparm rate;
    memset(&rate, 0, sizeof rate);
    rate.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    rate.parm.capture.timeperframe.numerator = 1;
    rate.parm.capture.timeperframe.denominator = hertz;
    /* Some cameras have one rate and refuse to be asked. */
    (void)ask(camera->fd, VIDIOC_S_PARM, &rate);
    status = map(camera);
    if (status < 0) return status;
    enum v4l2_buf_type type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    return ask(camera->fd, VIDIOC_STREAMON, &type);
}

cc_camera *cc_open(
    const char *path,
    uint32_t width,
    uint32_t height,
    uint32_t hertz,
    int32_t *error
) {
    cc_camera *camera = calloc(1, sizeof *camera);
    if (camera == NULL) {
        *error = ENOMEM;
        return NULL;
    }
    camera->out = -1;
    camera->fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    const int status = camera->fd < 0 ? -errno : start(camera, width, height, hertz);
    if (status == 0) return camera;
    *error = -status;
    cc_close(camera);
    return NULL;
}

void cc_close(cc_camera *camera) {
    if (camera == NULL) return;
    if (camera->fd >= 0) {
        enum v4l2_buf_type type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
        (void)ask(camera->fd, VIDIOC_STREAMOFF, &type);
    }
    for (uint32_t index = 0; index < camera->count; index++)
        munmap(camera->memory[index], camera->size[index]);
    if (camera->fd >= 0) close(camera->fd);
    free(camera);
}

uint32_t cc_width(const cc_camera *camera) { return camera->width; }
uint32_t cc_height(const cc_camera *camera) { return camera->height; }
int32_t cc_format(const cc_camera *camera) { return camera->format; }

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int32_t cc_next(
    cc_camera *camera,
    int64_t deadline,
    const uint8_t **bytes,
    size_t *count,
    int64_t *captured
) {
    if (camera->out >= 0) return -EBUSY;
    const int64_t left = deadline - now_ns();
    struct pollfd ready = {.fd = camera->fd, .events = POLLIN};
    const int found = poll(&ready, 1, left <= 0 ? 0 : (int)((left + 999999) / 1000000));
    if (found < 0) return errno == EINTR ? 0 : -errno;
    if (found == 0) return 0;
    struct v4l2_buffer buffer;
    memset(&buffer, 0, sizeof buffer);
    buffer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    buffer.memory = V4L2_MEMORY_MMAP;
    const int status = ask(camera->fd, VIDIOC_DQBUF, &buffer);
    if (status == -EAGAIN) return 0;
    if (status < 0) return status;
    if (buffer.index >= camera->count || buffer.bytesused > camera->size[buffer.index]) return -EIO;
    camera->out = (int32_t)buffer.index;
    *bytes = camera->memory[buffer.index];
    /* A picture that the driver marks as broken has no bytes here. */
    *count = buffer.flags & V4L2_BUF_FLAG_ERROR ? 0 : buffer.bytesused;
    const uint32_t clock = buffer.flags & V4L2_BUF_FLAG_TIMESTAMP_MASK;
    *captured =
        clock == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC
            ? (int64_t)buffer.timestamp.tv_sec * 1000000000 + (int64_t)buffer.timestamp.tv_usec * 1000
            : now_ns();
    return 1;
}

int32_t cc_done(cc_camera *camera) {
    if (camera->out < 0) return 0;
    const int status = give(camera, (uint32_t)camera->out);
    camera->out = -1;
    return status;
}
