#include "CRaycast.h"
