#include "CDigest.h"

#include <openssl/evp.h>

int cd_sha256(const void *bytes, size_t count, unsigned char *digest) {
    unsigned int written = 0;
    return EVP_Digest(bytes, count, digest, &written, EVP_sha256(), NULL) == 1 && written == 32;
}
