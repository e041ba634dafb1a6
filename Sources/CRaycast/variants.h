// The kernel tables of the variants. Private to this target.
#ifndef CRAYCAST_VARIANTS_H
#define CRAYCAST_VARIANTS_H

#include "CRaycast.h"

extern const cr_kernels cr_scalar_kernels;

#endif
