#include "library.h"

#include <stdint.h>

// From EGL 1.5 and EGL_MESA_platform_surfaceless; declared here so that no EGL header is needed.
enum {
    EGL_NONE_ = 0x3038,
    EGL_CONTEXT_MAJOR_VERSION_ = 0x3098,
    EGL_CONTEXT_MINOR_VERSION_ = 0x30FB,
    EGL_CONTEXT_PROFILE_MASK_ = 0x30FD,
    EGL_CONTEXT_CORE_BIT_ = 1,
    EGL_OPENGL_API_ = 0x30A2,
    EGL_PLATFORM_SURFACELESS_MESA_ = 0x31DD
};

static struct {
    void *library;
    void *display;
    void *context;
    cg_function (*getProcAddress)(const char *name);
    void *(*getPlatformDisplay)(unsigned platform, void *native, const intptr_t *attributes);
    void *(*getDisplay)(void *native);
    unsigned (*initialize)(void *display, int *major, int *minor);
    unsigned (*bindAPI)(unsigned api);
    void *(*createContext)(void *display, void *config, void *share, const int *attributes);
    unsigned (*makeCurrent)(void *display, void *draw, void *read, void *context);
    unsigned (*destroyContext)(void *display, void *context);
    unsigned (*terminate)(void *display);
    int (*getError)(void);
} egl;

static bool load(void) {
    if (egl.library) return true;
    void *library = cg_library("libEGL.so.1");
    if (!library) return false;
#define CG_EGL(field, name) \
    if (!(egl.field = (__typeof__(egl.field))cg_symbol(library, name))) return false;
    CG_EGL(getProcAddress, "eglGetProcAddress")
    CG_EGL(getPlatformDisplay, "eglGetPlatformDisplay")
    CG_EGL(getDisplay, "eglGetDisplay")
    CG_EGL(initialize, "eglInitialize")
    CG_EGL(bindAPI, "eglBindAPI")
    CG_EGL(createContext, "eglCreateContext")
    CG_EGL(makeCurrent, "eglMakeCurrent")
    CG_EGL(destroyContext, "eglDestroyContext")
    CG_EGL(terminate, "eglTerminate")
    CG_EGL(getError, "eglGetError")
#undef CG_EGL
    egl.library = library;
    return true;
}

// Without a display server where the driver can, else the system's default display.
static bool initialize(void) {
    egl.display = egl.getPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA_, 0, 0);
    if (egl.display && egl.initialize(egl.display, 0, 0)) return true;
    egl.display = egl.getDisplay(0);
    return egl.display && egl.initialize(egl.display, 0, 0);
}

cg_status cg_offscreen_open(void) {
    if (!load()) return CG_NO_LIBRARY;
    if (!initialize()) {
        cg_fail("EGL found no driver (error 0x%x)", (unsigned)egl.getError());
        return CG_NO_DISPLAY;
    }
    const int attributes[] = {EGL_CONTEXT_MAJOR_VERSION_, 3,
                              EGL_CONTEXT_MINOR_VERSION_, 3,
                              EGL_CONTEXT_PROFILE_MASK_,  EGL_CONTEXT_CORE_BIT_,
                              EGL_NONE_};
    egl.context = egl.bindAPI(EGL_OPENGL_API_)
                      ? egl.createContext(egl.display, 0, 0, attributes)
                      : 0;
    if (!egl.context || !egl.makeCurrent(egl.display, 0, 0, egl.context)) {
        cg_fail("EGL gave no OpenGL 3.3 context (error 0x%x)", (unsigned)egl.getError());
        cg_offscreen_close();
        return CG_NO_OPENGL;
    }
    if (!cg_load_functions(egl.getProcAddress)) {
        cg_offscreen_close();
        return CG_NO_OPENGL;
    }
    return CG_OK;
}

void cg_offscreen_close(void) {
    if (!egl.display) return;
    egl.makeCurrent(egl.display, 0, 0, 0);
    if (egl.context) egl.destroyContext(egl.display, egl.context);
    egl.terminate(egl.display);
    egl.context = 0;
    egl.display = 0;
}
