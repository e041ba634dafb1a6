#ifndef CGLFW_H
#define CGLFW_H

#include <stdbool.h>
#include <stddef.h>

#include "CGLFunctions.h"

/* A window by GLFW, or a context without one by EGL, both with OpenGL 3.3 core. The libraries are
 * loaded when they are asked for, so nothing that links this leaf needs them. One context lives in
 * a process at a time, and all calls come from the thread that made it. */

/* How opening ended. */
typedef enum {
    CG_OK = 0,
    /* The shared library is not installed, or too old. */
    CG_NO_LIBRARY = 1,
    /* The library is there, but has no display. */
    CG_NO_DISPLAY = 2,
    /* A display is there, but no OpenGL 3.3. */
    CG_NO_OPENGL = 3
} cg_status;

/* The words of the last failure in this process; empty before the first. */
const char *cg_failure(void);

/* Makes a context without a window. */
cg_status cg_offscreen_open(void);
void cg_offscreen_close(void);

/* Opens a window of so many screen coordinates, and makes its context current. */
cg_status cg_window_open(int width, int height, const char *title);
void cg_window_close(void);
/* Shows what was drawn. */
void cg_window_swap(void);
/* The size of the default framebuffer in pixels. */
void cg_window_pixels(int *width, int *height);
/* The size of the window in the units of the pointer. */
void cg_window_size(int *width, int *height);
/* Whether the user has asked to close the window. */
bool cg_window_should_close(void);

typedef enum {
    CG_KEY = 1,
    CG_BUTTON = 2,
    CG_POINTER = 3,
    CG_SCROLL = 4
} cg_event_kind;

typedef struct {
    cg_event_kind kind;
    /* Keys: GLFW's number, which is the US-ASCII capital for letters and digits. Buttons: 0 left,
     * 1 right, 2 middle. */
    int code;
    /* Keys and buttons: pressed or released. */
    bool is_down;
    /* Keys: the key was held until it repeated. */
    bool is_repeat;
    bool has_shift;
    /* Pointer: position from the upper left corner; scroll: offsets. */
    double x, y;
} cg_event;

/* Collects what has happened since the last call, waiting at most so many seconds. */
void cg_window_poll(double seconds);
/* Takes the oldest event; false when there is none left. */
bool cg_window_next_event(cg_event *event);

/* A game pad in the layout of an Xbox controller: axes in -1...1, sticks to the right and down
 * positive, triggers -1 when released. */
typedef struct {
    /* Left x, left y, right x, right y, left trigger, right trigger. */
    float axes[6];
    /* A, B, X, Y, left bumper, right bumper, back, start, guide, left thumb, right thumb, up, right,
     * down, left. */
    unsigned char buttons[15];
} cg_gamepad;

typedef enum { CG_PAD_NONE = 0, CG_PAD_UNMAPPED = 1, CG_PAD_READY = 2 } cg_pad_status;

/* The first joystick and, when GLFW knows its layout, its state. `name` receives its name and
 * identifier. Needs a window. */
cg_pad_status cg_gamepad_read(cg_gamepad *pad, char *name, size_t capacity);
/* Adds layouts in SDL's text format; returns whether they were understood. */
bool cg_gamepad_add_mappings(const char *text);

#endif
