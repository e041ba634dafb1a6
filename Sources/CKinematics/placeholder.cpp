#include "CKinematics.h"
