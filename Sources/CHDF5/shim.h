/* libhdf5, with functions for those of its names that are macros. */
#ifndef CHDF5_SHIM_H
#define CHDF5_SHIM_H

#include <hdf5.h>
#include <string.h>

static inline hid_t ch5_default(void) { return H5P_DEFAULT; }
static inline hid_t ch5_all(void) { return H5S_ALL; }
static inline hid_t ch5_float32(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t ch5_float64(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t ch5_uint8(void) { return H5T_NATIVE_UINT8; }
static inline hid_t ch5_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t ch5_uint64(void) { return H5T_NATIVE_UINT64; }
static inline hid_t ch5_c_string(void) { return H5T_C_S1; }
static inline hid_t ch5_dataset_creation(void) { return H5Pcreate(H5P_DATASET_CREATE); }
/* A new file in the newest format of 1.10, whose metadata carries checksums. */
static inline hid_t ch5_create_exclusive(const char *path) {
    hid_t access = H5Pcreate(H5P_FILE_ACCESS), file = -1;
    if (H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110) >= 0)
        file = H5Fcreate(path, H5F_ACC_EXCL, H5P_DEFAULT, access);
    H5Pclose(access);
    return file;
}
static inline hid_t ch5_open_read_only(const char *path) {
    return H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
}

/* Stops the library printing its error stack for this thread. */
static inline void ch5_silence(void) { H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

typedef struct ch5_message {
    char text[256];
} ch5_message;

static inline herr_t ch5_take(unsigned n, const H5E_error2_t *error, void *out) {
    if (n == 0 && error->desc) {
        ch5_message *message = (ch5_message *)out;
        strncpy(message->text, error->desc, sizeof message->text - 1);
    }
    return 0;
}

/* The innermost error of this thread; empty without one. */
static inline void ch5_last_error(ch5_message *out) {
    memset(out, 0, sizeof *out);
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, ch5_take, out);
}

#endif
