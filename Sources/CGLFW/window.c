#include "library.h"

#include <stdio.h>
#include <string.h>

// From GLFW 3.3's header, declared here so that it need not be installed.
enum {
    GLFW_CONTEXT_VERSION_MAJOR_ = 0x00022002,
    GLFW_CONTEXT_VERSION_MINOR_ = 0x00022003,
    GLFW_OPENGL_FORWARD_COMPAT_ = 0x00022006,
    GLFW_OPENGL_PROFILE_ = 0x00022008,
    GLFW_OPENGL_CORE_PROFILE_ = 0x00032001,
    GLFW_RELEASE_ = 0,
    GLFW_REPEAT_ = 2,
    GLFW_MOD_SHIFT_ = 1,
    GLFW_JOYSTICK_LAST_ = 15
};

typedef void (*key_callback)(void *window, int key, int scancode, int action, int mods);
typedef void (*button_callback)(void *window, int button, int action, int mods);
typedef void (*pair_callback)(void *window, double x, double y);

static struct {
    void *library;
    void *window;
    int (*init)(void);
    void (*terminate)(void);
    int (*getError)(const char **words);
    void (*windowHint)(int hint, int value);
    void *(*createWindow)(int width, int height, const char *title, void *monitor, void *share);
    void (*destroyWindow)(void *window);
    void (*makeContextCurrent)(void *window);
    cg_function (*getProcAddress)(const char *name);
    void (*swapInterval)(int interval);
    void (*swapBuffers)(void *window);
    void (*getFramebufferSize)(void *window, int *width, int *height);
    void (*getWindowSize)(void *window, int *width, int *height);
    int (*windowShouldClose)(void *window);
    void (*waitEventsTimeout)(double seconds);
    void (*pollEvents)(void);
    key_callback (*setKeyCallback)(void *window, key_callback callback);
    button_callback (*setMouseButtonCallback)(void *window, button_callback callback);
    pair_callback (*setCursorPosCallback)(void *window, pair_callback callback);
    pair_callback (*setScrollCallback)(void *window, pair_callback callback);
    int (*joystickPresent)(int joystick);
    int (*joystickIsGamepad)(int joystick);
    const char *(*getGamepadName)(int joystick);
    const char *(*getJoystickName)(int joystick);
    const char *(*getJoystickGUID)(int joystick);
    int (*getGamepadState)(int joystick, void *state);
    int (*updateGamepadMappings)(const char *text);
} glfw;

// Events between two polls; more than that are lost, oldest first kept.
enum { queue_length = 1024 };
static cg_event queue[queue_length];
static int queue_count, queue_read;

static void put(cg_event event) {
    if (queue_count < queue_length) queue[queue_count++] = event;
}

static void on_key(void *window, int key, int scancode, int action, int mods) {
    (void)window, (void)scancode;
    put((cg_event){.kind = CG_KEY,
                   .code = key,
                   .is_down = action != GLFW_RELEASE_,
                   .is_repeat = action == GLFW_REPEAT_,
                   .has_shift = (mods & GLFW_MOD_SHIFT_) != 0});
}

static void on_button(void *window, int button, int action, int mods) {
    (void)window;
    put((cg_event){.kind = CG_BUTTON,
                   .code = button,
                   .is_down = action != GLFW_RELEASE_,
                   .has_shift = (mods & GLFW_MOD_SHIFT_) != 0});
}

static void on_pointer(void *window, double x, double y) {
    (void)window;
    put((cg_event){.kind = CG_POINTER, .x = x, .y = y});
}

static void on_scroll(void *window, double x, double y) {
    (void)window;
    put((cg_event){.kind = CG_SCROLL, .x = x, .y = y});
}

static bool load(void) {
    if (glfw.library) return true;
    void *library = cg_library("libglfw.so.3");
    if (!library) return false;
#define CG_GLFW(field, name) \
    if (!(glfw.field = (__typeof__(glfw.field))cg_symbol(library, "glfw" name))) return false;
    CG_GLFW(init, "Init")
    CG_GLFW(terminate, "Terminate")
    CG_GLFW(getError, "GetError")
    CG_GLFW(windowHint, "WindowHint")
    CG_GLFW(createWindow, "CreateWindow")
    CG_GLFW(destroyWindow, "DestroyWindow")
    CG_GLFW(makeContextCurrent, "MakeContextCurrent")
    CG_GLFW(getProcAddress, "GetProcAddress")
    CG_GLFW(swapInterval, "SwapInterval")
    CG_GLFW(swapBuffers, "SwapBuffers")
    CG_GLFW(getFramebufferSize, "GetFramebufferSize")
    CG_GLFW(getWindowSize, "GetWindowSize")
    CG_GLFW(windowShouldClose, "WindowShouldClose")
    CG_GLFW(waitEventsTimeout, "WaitEventsTimeout")
    CG_GLFW(pollEvents, "PollEvents")
    CG_GLFW(setKeyCallback, "SetKeyCallback")
    CG_GLFW(setMouseButtonCallback, "SetMouseButtonCallback")
    CG_GLFW(setCursorPosCallback, "SetCursorPosCallback")
    CG_GLFW(setScrollCallback, "SetScrollCallback")
    CG_GLFW(joystickPresent, "JoystickPresent")
    CG_GLFW(joystickIsGamepad, "JoystickIsGamepad")
    CG_GLFW(getGamepadName, "GetGamepadName")
    CG_GLFW(getJoystickName, "GetJoystickName")
    CG_GLFW(getJoystickGUID, "GetJoystickGUID")
    CG_GLFW(getGamepadState, "GetGamepadState")
    CG_GLFW(updateGamepadMappings, "UpdateGamepadMappings")
#undef CG_GLFW
    glfw.library = library;
    return true;
}

static cg_status fail(cg_status status, const char *what) {
    const char *words = 0;
    glfw.getError(&words);
    cg_fail("%s", words ? words : what);
    return status;
}

cg_status cg_window_open(int width, int height, const char *title) {
    if (!load()) return CG_NO_LIBRARY;
    if (!glfw.init()) return fail(CG_NO_DISPLAY, "GLFW did not start");
    glfw.windowHint(GLFW_CONTEXT_VERSION_MAJOR_, 3);
    glfw.windowHint(GLFW_CONTEXT_VERSION_MINOR_, 3);
    glfw.windowHint(GLFW_OPENGL_PROFILE_, GLFW_OPENGL_CORE_PROFILE_);
    glfw.windowHint(GLFW_OPENGL_FORWARD_COMPAT_, 1);
    glfw.window = glfw.createWindow(width, height, title, 0, 0);
    if (!glfw.window) {
        cg_status status = fail(CG_NO_OPENGL, "no window with OpenGL 3.3");
        glfw.terminate();
        return status;
    }
    glfw.makeContextCurrent(glfw.window);
    if (!cg_load_functions(glfw.getProcAddress)) {
        cg_window_close();
        return CG_NO_OPENGL;
    }
    // The caller keeps the pace: waiting for a display's refresh would tie it to a hidden window.
    glfw.swapInterval(0);
    glfw.setKeyCallback(glfw.window, on_key);
    glfw.setMouseButtonCallback(glfw.window, on_button);
    glfw.setCursorPosCallback(glfw.window, on_pointer);
    glfw.setScrollCallback(glfw.window, on_scroll);
    return CG_OK;
}

void cg_window_close(void) {
    if (!glfw.window) return;
    glfw.destroyWindow(glfw.window);
    glfw.window = 0;
    glfw.terminate();
    queue_count = queue_read = 0;
}

void cg_window_swap(void) { glfw.swapBuffers(glfw.window); }

void cg_window_pixels(int *width, int *height) {
    glfw.getFramebufferSize(glfw.window, width, height);
}

void cg_window_size(int *width, int *height) { glfw.getWindowSize(glfw.window, width, height); }

bool cg_window_should_close(void) { return glfw.windowShouldClose(glfw.window) != 0; }

void cg_window_poll(double seconds) {
    queue_count = queue_read = 0;
    if (seconds > 0) {
        glfw.waitEventsTimeout(seconds);
    } else {
        glfw.pollEvents();
    }
}

bool cg_window_next_event(cg_event *event) {
    if (queue_read >= queue_count) return false;
    *event = queue[queue_read++];
    return true;
}

cg_pad_status cg_gamepad_read(cg_gamepad *pad, char *name, size_t capacity) {
    // GLFW's own struct, whose order differs from ours.
    struct {
        unsigned char buttons[15];
        float axes[6];
    } state;
    cg_pad_status status = CG_PAD_NONE;
    snprintf(name, capacity, "%s", "");
    for (int joystick = 0; joystick <= GLFW_JOYSTICK_LAST_; ++joystick) {
        if (!glfw.joystickPresent(joystick)) continue;
        if (glfw.joystickIsGamepad(joystick) && glfw.getGamepadState(joystick, &state)) {
            const char *words = glfw.getGamepadName(joystick);
            snprintf(name, capacity, "%s", words ? words : "game pad");
            memcpy(pad->axes, state.axes, sizeof pad->axes);
            memcpy(pad->buttons, state.buttons, sizeof pad->buttons);
            return CG_PAD_READY;
        }
        const char *words = glfw.getJoystickName(joystick);
        const char *guid = glfw.getJoystickGUID(joystick);
        snprintf(name, capacity, "%s, %s", words ? words : "joystick", guid ? guid : "no GUID");
        status = CG_PAD_UNMAPPED;
    }
    return status;
}

bool cg_gamepad_add_mappings(const char *text) { return glfw.updateGamepadMappings(text) != 0; }
