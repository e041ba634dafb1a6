#ifndef CDIGEST_H
#define CDIGEST_H

#include <stddef.h>

/* SHA-256 by OpenSSL's libcrypto. */

#ifdef __cplusplus
extern "C" {
#endif

/* Hashes `count` bytes into 32 bytes at `digest`. Returns 1, or 0 when the library failed. */
int cd_sha256(const void *bytes, size_t count, unsigned char *digest);

#ifdef __cplusplus
}
#endif

#endif
