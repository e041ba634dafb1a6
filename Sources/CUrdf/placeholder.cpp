#include "CUrdf.h"
