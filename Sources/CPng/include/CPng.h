#ifndef CPNG_H
#define CPNG_H

#include <stddef.h>
#include <stdint.h>

/* PNG pictures of 8-bit RGB in memory, by libpng's simplified interface. */

#ifdef __cplusplus
extern "C" {
#endif

/* Compresses `rgb` (shape [height, width, 3], row-major) into `out`, fast rather than small.

   `*size` is the room in `out` on entry and the PNG's size on return. Returns 1 when it is written,
   0 when it does not fit or libpng fails. `cp_bound` bytes are always enough. */
int cp_write_rgb(
    const uint8_t *rgb, uint32_t width, uint32_t height, uint8_t *out, size_t *size);

/* The most bytes that a picture of this size can take. */
size_t cp_bound(uint32_t width, uint32_t height);

/* Reads the size of the picture in `png` without decoding it. Returns 1, or 0 for something else. */
int cp_size(const uint8_t *png, size_t count, uint32_t *width, uint32_t *height);

/* Decodes `png` into `rgb`, which has room for [height, width, 3] of `cp_size`'s numbers. */
int cp_read_rgb(const uint8_t *png, size_t count, uint8_t *rgb, size_t room);

#ifdef __cplusplus
}
#endif

#endif
