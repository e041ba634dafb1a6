#ifndef CG_LIBRARY_H
#define CG_LIBRARY_H

#include "CGLFW.h"

/* Any function: what dlsym and the libraries' own loaders return. */
typedef void (*cg_function)(void);

/* Keeps the words of a failure for cg_failure. */
void cg_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Opens a shared library for the life of the process; null with cg_failure set. */
void *cg_library(const char *name);

/* A function of a library; null with cg_failure set. */
cg_function cg_symbol(void *library, const char *name);

/* Fills in every OpenGL function from `load`; false, with cg_failure set, if one is missing. */
bool cg_load_functions(cg_function (*load)(const char *name));

#endif
