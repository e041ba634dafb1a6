#include "CCamera.h"

#include <errno.h>
#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>

struct failure {
    struct jpeg_error_mgr manager;
    jmp_buf back;
};

static void fail(j_common_ptr info) {
    struct failure *failure = (struct failure *)info->err;
    longjmp(failure->back, 1);
}

/* Cameras cut pictures short now and then; libjpeg would fill the rest up with grey and only warn. */
static void warn(j_common_ptr info, int level) {
    if (level < 0) fail(info);
}

static void be_silent(j_common_ptr info) { (void)info; }

int32_t cc_decode_jpeg(
    const uint8_t *bytes,
    size_t count,
    uint32_t width,
    uint32_t height,
    uint8_t *rgb
) {
    if (bytes == NULL || count < 4 || count > (1u << 28)) return -EINVAL;
    struct jpeg_decompress_struct info;
    struct failure failure;
    info.err = jpeg_std_error(&failure.manager);
    failure.manager.error_exit = fail;
    failure.manager.emit_message = warn;
    failure.manager.output_message = be_silent;
    if (setjmp(failure.back) != 0) {
        jpeg_destroy_decompress(&info);
        return -EINVAL;
    }
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, bytes, (unsigned long)count);
    if (jpeg_read_header(&info, TRUE) != JPEG_HEADER_OK) fail((j_common_ptr)&info);
    /* Before anything of the picture's size is taken. */
    if (info.image_width != width || info.image_height != height) {
        jpeg_destroy_decompress(&info);
        return -ERANGE;
    }
    info.out_color_space = JCS_RGB;
    jpeg_start_decompress(&info);
    if (info.output_components != 3) fail((j_common_ptr)&info);
    while (info.output_scanline < info.output_height) {
        JSAMPROW row = rgb + (size_t)info.output_scanline * width * 3;
        jpeg_read_scanlines(&info, &row, 1);
    }
    jpeg_finish_decompress(&info);
    jpeg_destroy_decompress(&info);
    return 0;
}

static uint8_t clamp(int32_t value) {
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

static void put_pixel(uint8_t *out, int32_t luma, int32_t blue, int32_t red) {
    /* In 256ths, rounded. */
    const int32_t c = 298 * (luma - 16) + 128;
    out[0] = clamp((c + 409 * red) >> 8);
    out[1] = clamp((c - 100 * blue - 208 * red) >> 8);
    out[2] = clamp((c + 516 * blue) >> 8);
}

int32_t cc_decode_yuyv(
    const uint8_t *bytes,
    size_t count,
    uint32_t width,
    uint32_t height,
    uint8_t *rgb
) {
    const size_t pairs = ((size_t)width + 1) / 2;
    if (bytes == NULL || count < pairs * 4 * height) return -EINVAL;
    for (size_t y = 0; y < height; y++) {
        const uint8_t *row = bytes + y * pairs * 4;
        uint8_t *out = rgb + y * width * 3;
        for (size_t x = 0; x < width; x++) {
            const uint8_t *pair = row + (x / 2) * 4;
            const int32_t luma = pair[x % 2 == 0 ? 0 : 2];
            put_pixel(out + x * 3, luma, pair[1] - 128, pair[3] - 128);
        }
    }
    return 0;
}
