#include "library.h"

// One table in one file: a copy in each of several files would leave some of them null.
#define CG_POINTER(type, name, parameters, arguments) static type(*p##name) parameters;
CG_FUNCTIONS(CG_POINTER)

#define CG_FORWARD(type, name, parameters, arguments) \
    type cg##name parameters { return p##name arguments; }
CG_FUNCTIONS(CG_FORWARD)

bool cg_load_functions(cg_function (*load)(const char *name)) {
#define CG_LOAD(type, name, parameters, arguments)     \
    p##name = (type(*) parameters)load("gl" #name);    \
    if (!p##name) {                                    \
        cg_fail("OpenGL without gl%s", #name);         \
        return false;                                  \
    }
    CG_FUNCTIONS(CG_LOAD)
    return true;
}
