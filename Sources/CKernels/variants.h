// The kernel tables of the variants. Private to this target.
#ifndef CKERNELS_VARIANTS_H
#define CKERNELS_VARIANTS_H

#include "CKernels.h"

extern const ck_kernels ck_scalar_kernels;

#endif
