/* Cameras by Video4Linux, their pictures as MJPEG or YUYV, and decoders of both.
 *
 * Plain C over libjpeg. A camera belongs to one thread. Calls return 0 or a count, or a negative errno.
 */
#ifndef SIMRUN_CCAMERA_H
#define SIMRUN_CCAMERA_H

#include <stddef.h>
#include <stdint.h>

enum { CC_MJPEG = 1, CC_YUYV = 2 };

typedef struct cc_camera cc_camera;

/* Opens a camera and starts it, at the size and rate nearest to those asked for; MJPEG where it has it,
 * else YUYV. On failure NULL, and the errno in `error`: ENOTTY for what is no camera, ENOTSUP for one that
 * gives neither format or no streams. */
cc_camera *cc_open(
    const char *path,
    uint32_t width,
    uint32_t height,
    uint32_t hertz,
    int32_t *error
);
void cc_close(cc_camera *camera);

uint32_t cc_width(const cc_camera *camera);
uint32_t cc_height(const cc_camera *camera);
int32_t cc_format(const cc_camera *camera);

/* Waits for a picture until `deadline` of the monotonic clock, in nanoseconds. Returns 1 with its bytes, which
 * stay until `cc_done`, and when it was captured on the same clock; 0 when none came. */
int32_t cc_next(
    cc_camera *camera,
    int64_t deadline,
    const uint8_t **bytes,
    size_t *count,
    int64_t *captured
);
/* Gives the last picture's memory back to the camera. */
int32_t cc_done(cc_camera *camera);

/* Decodes a JPEG of exactly the given size to `rgb[height * width * 3]`. Returns 0, -EINVAL for bytes that are
 * no whole JPEG, -ERANGE for one of another size. */
int32_t cc_decode_jpeg(
    const uint8_t *bytes,
    size_t count,
    uint32_t width,
    uint32_t height,
    uint8_t *rgb
);

/* Decodes YUYV (BT.601, studio range) to `rgb[height * width * 3]`. Returns 0, or -EINVAL for fewer bytes than
 * a picture of that size has. An odd width has its last pixel's colour from its neighbour. */
int32_t cc_decode_yuyv(
    const uint8_t *bytes,
    size_t count,
    uint32_t width,
    uint32_t height,
    uint8_t *rgb
);

#endif
