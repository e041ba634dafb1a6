#ifndef CGL_FUNCTIONS_H
#define CGL_FUNCTIONS_H

/* The OpenGL 3.3 functions and constants that the viewer uses, declared here so that no OpenGL
 * header need be installed. Each is called through a pointer from glfwGetProcAddress or
 * eglGetProcAddress. Source: Khronos, OpenGL 3.3 (Core Profile) specification. */

#define CG_FUNCTIONS(F)                                                                          \
    F(unsigned, GetError, (void), ())                                                            \
    F(void, GetIntegerv, (unsigned name, int *value), (name, value))                             \
    F(const unsigned char *, GetString, (unsigned name), (name))                                 \
    F(void, Enable, (unsigned capability), (capability))                                         \
    F(void, Disable, (unsigned capability), (capability))                                        \
    F(void, Viewport, (int x, int y, int width, int height), (x, y, width, height))              \
    F(void, ClearColor, (float r, float g, float b, float a), (r, g, b, a))                      \
    F(void, Clear, (unsigned mask), (mask))                                                      \
    F(void, BlendFunc, (unsigned source, unsigned target), (source, target))                     \
    F(void, PolygonOffset, (float factor, float units), (factor, units))                         \
    F(void, PixelStorei, (unsigned name, int value), (name, value))                              \
    F(void, ReadPixels,                                                                          \
      (int x, int y, int width, int height, unsigned format, unsigned type, void *pixels),       \
      (x, y, width, height, format, type, pixels))                                               \
    F(void, GenTextures, (int count, unsigned *names), (count, names))                           \
    F(void, DeleteTextures, (int count, const unsigned *names), (count, names))                  \
    F(void, ActiveTexture, (unsigned unit), (unit))                                              \
    F(void, BindTexture, (unsigned target, unsigned name), (target, name))                       \
    F(void, TexParameteri, (unsigned target, unsigned name, int value), (target, name, value))   \
    F(void, TexParameterfv, (unsigned target, unsigned name, const float *values),               \
      (target, name, values))                                                                    \
    F(void, TexImage2D,                                                                          \
      (unsigned target, int level, int internal_format, int width, int height, int border,       \
       unsigned format, unsigned type, const void *pixels),                                      \
      (target, level, internal_format, width, height, border, format, type, pixels))             \
    F(void, GenFramebuffers, (int count, unsigned *names), (count, names))                       \
    F(void, DeleteFramebuffers, (int count, const unsigned *names), (count, names))              \
    F(void, BindFramebuffer, (unsigned target, unsigned name), (target, name))                   \
    F(void, FramebufferTexture2D,                                                                \
      (unsigned target, unsigned attachment, unsigned kind, unsigned texture, int level),        \
      (target, attachment, kind, texture, level))                                                \
    F(void, FramebufferRenderbuffer,                                                             \
      (unsigned target, unsigned attachment, unsigned kind, unsigned name),                      \
      (target, attachment, kind, name))                                                          \
    F(unsigned, CheckFramebufferStatus, (unsigned target), (target))                             \
    F(void, BlitFramebuffer,                                                                     \
      (int x0, int y0, int x1, int y1, int u0, int v0, int u1, int v1, unsigned mask,            \
       unsigned filter),                                                                         \
      (x0, y0, x1, y1, u0, v0, u1, v1, mask, filter))                                            \
    F(void, DrawBuffer, (unsigned buffer), (buffer))                                             \
    F(void, ReadBuffer, (unsigned buffer), (buffer))                                             \
    F(void, GenRenderbuffers, (int count, unsigned *names), (count, names))                      \
    F(void, DeleteRenderbuffers, (int count, const unsigned *names), (count, names))             \
    F(void, BindRenderbuffer, (unsigned target, unsigned name), (target, name))                  \
    F(void, RenderbufferStorageMultisample,                                                      \
      (unsigned target, int samples, unsigned format, int width, int height),                    \
      (target, samples, format, width, height))                                                  \
    F(void, GenVertexArrays, (int count, unsigned *names), (count, names))                       \
    F(void, DeleteVertexArrays, (int count, const unsigned *names), (count, names))              \
    F(void, BindVertexArray, (unsigned name), (name))                                            \
    F(void, GenBuffers, (int count, unsigned *names), (count, names))                            \
    F(void, DeleteBuffers, (int count, const unsigned *names), (count, names))                   \
    F(void, BindBuffer, (unsigned target, unsigned name), (target, name))                        \
    F(void, BufferData, (unsigned target, long bytes, const void *data, unsigned usage),         \
      (target, bytes, data, usage))                                                              \
    F(void, VertexAttribPointer,                                                                 \
      (unsigned index, int size, unsigned type, unsigned char normalised, int stride,            \
       const void *offset),                                                                      \
      (index, size, type, normalised, stride, offset))                                           \
    F(void, EnableVertexAttribArray, (unsigned index), (index))                                  \
    F(void, DrawArrays, (unsigned mode, int first, int count), (mode, first, count))             \
    F(unsigned, CreateShader, (unsigned kind), (kind))                                           \
    F(void, ShaderSource,                                                                        \
      (unsigned shader, int count, const char *const *texts, const int *lengths),                \
      (shader, count, texts, lengths))                                                           \
    F(void, CompileShader, (unsigned shader), (shader))                                          \
    F(void, GetShaderiv, (unsigned shader, unsigned name, int *value), (shader, name, value))    \
    F(void, GetShaderInfoLog, (unsigned shader, int capacity, int *length, char *text),          \
      (shader, capacity, length, text))                                                          \
    F(void, DeleteShader, (unsigned shader), (shader))                                           \
    F(unsigned, CreateProgram, (void), ())                                                       \
    F(void, AttachShader, (unsigned program, unsigned shader), (program, shader))                \
    F(void, LinkProgram, (unsigned program), (program))                                          \
    F(void, GetProgramiv, (unsigned program, unsigned name, int *value), (program, name, value)) \
    F(void, GetProgramInfoLog, (unsigned program, int capacity, int *length, char *text),        \
      (program, capacity, length, text))                                                         \
    F(void, DeleteProgram, (unsigned program), (program))                                        \
    F(void, UseProgram, (unsigned program), (program))                                           \
    F(int, GetUniformLocation, (unsigned program, const char *name), (program, name))            \
    F(void, Uniform1i, (int location, int value), (location, value))                             \
    F(void, Uniform1f, (int location, float value), (location, value))                           \
    F(void, Uniform2f, (int location, float x, float y), (location, x, y))                       \
    F(void, Uniform3f, (int location, float x, float y, float z), (location, x, y, z))           \
    F(void, Uniform4f, (int location, float x, float y, float z, float w),                       \
      (location, x, y, z, w))                                                                    \
    F(void, UniformMatrix4fv,                                                                    \
      (int location, int count, unsigned char transposed, const float *values),                  \
      (location, count, transposed, values))

#define CG_DECLARE(type, name, parameters, arguments) type cg##name parameters;
CG_FUNCTIONS(CG_DECLARE)
#undef CG_DECLARE

#define CG_TRIANGLES 0x0004u
#define CG_POINTS 0x0000u
#define CG_DEPTH_BUFFER_BIT 0x0100u
#define CG_COLOR_BUFFER_BIT 0x4000u
#define CG_SRC_ALPHA 0x0302u
#define CG_ONE_MINUS_SRC_ALPHA 0x0303u
#define CG_BACK 0x0405u
#define CG_CULL_FACE 0x0B44u
#define CG_DEPTH_TEST 0x0B71u
#define CG_BLEND 0x0BE2u
#define CG_MULTISAMPLE 0x809Du
#define CG_PROGRAM_POINT_SIZE 0x8642u
#define CG_POLYGON_OFFSET_FILL 0x8037u
#define CG_UNPACK_ALIGNMENT 0x0CF5u
#define CG_PACK_ALIGNMENT 0x0D05u
#define CG_MAX_SAMPLES 0x8D57u
#define CG_RENDERER 0x1F01u
#define CG_VERSION 0x1F02u
#define CG_TEXTURE_2D 0x0DE1u
#define CG_UNSIGNED_BYTE 0x1401u
#define CG_FLOAT 0x1406u
#define CG_RED 0x1903u
#define CG_RGB 0x1907u
#define CG_DEPTH_COMPONENT 0x1902u
#define CG_R8 0x8229
#define CG_RGBA8 0x8058u
#define CG_DEPTH_COMPONENT24 0x81A6u
#define CG_NEAREST 0x2600u
#define CG_LINEAR 0x2601u
#define CG_TEXTURE_MAG_FILTER 0x2800u
#define CG_TEXTURE_MIN_FILTER 0x2801u
#define CG_TEXTURE_WRAP_S 0x2802u
#define CG_TEXTURE_WRAP_T 0x2803u
#define CG_CLAMP_TO_EDGE 0x812Fu
#define CG_CLAMP_TO_BORDER 0x812Du
#define CG_TEXTURE_BORDER_COLOR 0x1004u
#define CG_TEXTURE_COMPARE_MODE 0x884Cu
#define CG_COMPARE_REF_TO_TEXTURE 0x884Eu
#define CG_TEXTURE0 0x84C0u
#define CG_FRAMEBUFFER 0x8D40u
#define CG_READ_FRAMEBUFFER 0x8CA8u
#define CG_DRAW_FRAMEBUFFER 0x8CA9u
#define CG_FRAMEBUFFER_COMPLETE 0x8CD5u
#define CG_COLOR_ATTACHMENT0 0x8CE0u
#define CG_DEPTH_ATTACHMENT 0x8D00u
#define CG_RENDERBUFFER 0x8D41u
#define CG_ARRAY_BUFFER 0x8892u
#define CG_STATIC_DRAW 0x88E4u
#define CG_STREAM_DRAW 0x88E0u
#define CG_FRAGMENT_SHADER 0x8B30u
#define CG_VERTEX_SHADER 0x8B31u
#define CG_COMPILE_STATUS 0x8B81u
#define CG_LINK_STATUS 0x8B82u

#endif
