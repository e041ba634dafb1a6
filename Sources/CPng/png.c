#include "CPng.h"

#include <png.h>
#include <string.h>

static png_image picture(uint32_t width, uint32_t height) {
    png_image image;
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    image.width = width;
    image.height = height;
    image.format = PNG_FORMAT_RGB;
    return image;
}

int cp_write_rgb(
    const uint8_t *rgb, uint32_t width, uint32_t height, uint8_t *out, size_t *size) {
    png_image image = picture(width, height);
    image.flags = PNG_IMAGE_FLAG_FAST;
    png_alloc_size_t room = *size;
    const int done = png_image_write_to_memory(&image, out, &room, 0, rgb, 0, NULL);
    png_image_free(&image);
    *size = room;
    return done != 0;
}

size_t cp_bound(uint32_t width, uint32_t height) {
    /* libpng's own bound: deflate that only stores, headers and trailer. */
    const png_image image = picture(width, height);
    return PNG_IMAGE_PNG_SIZE_MAX(image) + 1024;
}

int cp_size(const uint8_t *png, size_t count, uint32_t *width, uint32_t *height) {
    png_image image = picture(0, 0);
    if (!png_image_begin_read_from_memory(&image, png, count)) return 0;
    *width = image.width;
    *height = image.height;
    png_image_free(&image);
    return 1;
}

int cp_read_rgb(const uint8_t *png, size_t count, uint8_t *rgb, size_t room) {
    png_image image = picture(0, 0);
    if (!png_image_begin_read_from_memory(&image, png, count)) return 0;
    image.format = PNG_FORMAT_RGB;
    if (room < PNG_IMAGE_SIZE(image)) {
        png_image_free(&image);
        return 0;
    }
    const int done = png_image_finish_read(&image, NULL, rgb, 0, NULL);
    png_image_free(&image);
    return done != 0;
}
