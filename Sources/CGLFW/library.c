#include "library.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>

static char failure[512];

const char *cg_failure(void) { return failure; }

void cg_fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(failure, sizeof failure, format, arguments);
    va_end(arguments);
}

void *cg_library(const char *name) {
    // Never closed: drivers leave threads and handlers behind that must find their code.
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!library) cg_fail("%s", dlerror());
    return library;
}

cg_function cg_symbol(void *library, const char *name) {
    cg_function function;
    // POSIX's way round the ban on casting data pointers to functions.
    *(void **)&function = dlsym(library, name);
    if (!function) cg_fail("no function %s in it", name);
    return function;
}
