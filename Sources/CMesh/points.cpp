#include "CMesh.h"

#include <CDigest.h>

#include <assimp/IOStream.hpp>
#include <assimp/IOSystem.hpp>
#include <assimp/Importer.hpp>
#include <assimp/BaseImporter.h>
#include <assimp/config.h>
#include <assimp/importerdesc.h>
#include <assimp/postprocess.h>
#include <assimp/scene.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct cm_points {
    std::vector<double> data;
};

namespace {

/* A mesh may name materials and textures; none of them is opened. */
class NoFiles final : public Assimp::IOSystem {
public:
    bool Exists(const char *) const override { return false; }
    char getOsSeparator() const override { return '/'; }
    Assimp::IOStream *Open(const char *, const char *) override { return nullptr; }
    void Close(Assimp::IOStream *) override {}
};

bool reads(const Assimp::BaseImporter &importer, const std::string &format) {
    const aiImporterDesc *about = importer.GetInfo();
    if (about == nullptr || about->mFileExtensions == nullptr) return false;
    const std::string known = " " + std::string(about->mFileExtensions) + " ";
    return known.find(" " + format + " ") != std::string::npos;
}

/* Leaves the one importer that the format names, so that no file is read as another kind. */
void keep_only(Assimp::Importer &importer, const std::string &format) {
    for (size_t i = importer.GetImporterCount(); i-- > 0;) {
        Assimp::BaseImporter *one = importer.GetImporter(i);
        if (one == nullptr || reads(*one, format)) continue;
        importer.UnregisterLoader(one);
        delete one;
    }
}

/* The deepest scene graph that is followed. */
constexpr int depth_limit = 64;

/* What is wanted of a mesh: its vertices, or three of them for each triangle. */
enum class Wanted { vertices, triangles };

void append(const aiMesh &mesh, unsigned vertex, const aiMatrix4x4 &placed,
            std::vector<double> &out) {
    if (vertex >= mesh.mNumVertices) throw std::length_error("a vertex that is missing");
    const aiVector3D point = placed * mesh.mVertices[vertex];
    for (const ai_real number : {point.x, point.y, point.z}) {
        if (!std::isfinite(number)) throw std::length_error("a vertex that is no number");
        out.push_back(number);
    }
}

void append(const aiScene &scene, const aiNode &node, const aiMatrix4x4 &parent, int depth,
            Wanted wanted, std::vector<double> &out) {
    if (depth > depth_limit) throw std::length_error("nodes nested too deeply");
    const aiMatrix4x4 placed = parent * node.mTransformation;
    for (unsigned i = 0; i < node.mNumMeshes; i++) {
        if (node.mMeshes[i] >= scene.mNumMeshes) throw std::length_error("a mesh that is missing");
        const aiMesh &mesh = *scene.mMeshes[node.mMeshes[i]];
        const size_t more = wanted == Wanted::vertices ? mesh.mNumVertices : 3 * size_t(mesh.mNumFaces);
        if (out.size() / 3 + more > CM_MAX_POINTS) {
            throw std::length_error("more than " + std::to_string(int(CM_MAX_POINTS)) + " vertices");
        }
        if (wanted == Wanted::vertices) {
            for (unsigned v = 0; v < mesh.mNumVertices; v++) append(mesh, v, placed, out);
            continue;
        }
        for (unsigned f = 0; f < mesh.mNumFaces; f++) {
            const aiFace &face = mesh.mFaces[f];
            if (face.mNumIndices != 3) continue; /* points and lines have no area */
            for (unsigned c = 0; c < 3; c++) append(mesh, face.mIndices[c], placed, out);
        }
    }
    for (unsigned i = 0; i < node.mNumChildren; i++) {
        append(scene, *node.mChildren[i], placed, depth + 1, wanted, out);
    }
}

void report(const char *text, char *message, size_t capacity) {
    if (message == nullptr || capacity == 0) return;
    const size_t count = std::min(std::strlen(text), capacity - 1);
    std::memcpy(message, text, count);
    message[count] = '\0';
}

cm_points *read_mesh(const void *bytes, size_t length, const char *format, Wanted wanted) {
    Assimp::Importer importer;
    importer.SetIOHandler(new NoFiles); /* the importer owns it */
    keep_only(importer, format);
    /* URDF's frames hold whatever axis a COLLADA file calls up, as ROS has it. */
    importer.SetPropertyBool(AI_CONFIG_IMPORT_COLLADA_IGNORE_UP_DIRECTION, true);
    const unsigned steps = wanted == Wanted::triangles ? unsigned(aiProcess_Triangulate) : 0;
    const aiScene *scene = importer.ReadFileFromMemory(bytes, length, steps, format);
    if (scene == nullptr) throw std::runtime_error(importer.GetErrorString());
    if (scene->mRootNode == nullptr) throw std::runtime_error("no scene");
    auto *points = new cm_points;
    try {
        append(*scene, *scene->mRootNode, aiMatrix4x4(), 0, wanted, points->data);
        if (points->data.empty()) throw std::runtime_error("no vertices");
    } catch (...) {
        delete points;
        throw;
    }
    return points;
}

/* What the child process answers: a kind, then points as doubles or a message. */
constexpr char answers_points = 'p';
constexpr char answers_error = 'e';

/* What a mesh of so many bytes may take: seconds of computing, and bytes beyond what the process has
 * already. Hostile files drive Assimp into endless loops that grow. */
rlim_t seconds_for(size_t length) { return 2 + (length >> 21); }
rlim_t bytes_for(size_t length) { return (rlim_t(1) << 29) + 32 * rlim_t(length); }

rlim_t bytes_mapped() {
    rlim_t pages = 0;
    if (FILE *file = std::fopen("/proc/self/statm", "r")) {
        unsigned long first = 0;
        if (std::fscanf(file, "%lu", &first) == 1) pages = first;
        std::fclose(file);
    }
    return pages * rlim_t(sysconf(_SC_PAGESIZE));
}

void limit(int what, rlim_t most) {
    const rlimit both = {most, most};
    setrlimit(what, &both);
}

bool write_all(int pipe, const void *bytes, size_t length) {
    const char *next = static_cast<const char *>(bytes);
    while (length > 0) {
        const ssize_t count = write(pipe, next, length);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        next += count;
        length -= size_t(count);
    }
    return true;
}

void answer(int pipe, char kind, const void *bytes, size_t length) {
    if (write_all(pipe, &kind, 1)) write_all(pipe, bytes, length);
}

/* The child's whole life. */
[[noreturn]] void serve(int pipe, const void *bytes, size_t length, const char *format,
                        Wanted wanted) {
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_CPU, seconds_for(length));
    limit(RLIMIT_AS, bytes_mapped() + bytes_for(length));
    for (const int signal : {SIGXCPU, SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL}) {
        std::signal(signal, SIG_DFL);
    }
    std::string message = "an unknown failure";
    try {
        const cm_points *points = read_mesh(bytes, length, format, wanted);
        answer(pipe, answers_points, points->data.data(), points->data.size() * sizeof(double));
        _exit(0);
    } catch (const std::exception &error) {
        message = error.what();
    } catch (...) {
    }
    /* Thrown here or reported by Assimp, which catches it. */
    if (message.find("bad_alloc") != std::string::npos) {
        message = "a mesh that takes too much memory";
    }
    answer(pipe, answers_error, message.data(), message.size());
    _exit(0);
}

/* All that comes out of the pipe, up to the largest answer there is. */
std::vector<char> read_all(int pipe) {
    constexpr size_t most = 1 + size_t(CM_MAX_POINTS) * 3 * sizeof(double);
    std::vector<char> bytes;
    size_t count = 0;
    while (count < most) {
        bytes.resize(std::min(most, std::max<size_t>(1 << 16, 2 * count)));
        const ssize_t step = read(pipe, bytes.data() + count, bytes.size() - count);
        if (step < 0 && errno == EINTR) continue;
        if (step <= 0) break;
        count += size_t(step);
    }
    bytes.resize(count);
    return bytes;
}

cm_points *points_of(const std::vector<char> &reply, int status) {
    if (WIFSIGNALED(status)) {
        const bool was_slow = WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL;
        throw std::runtime_error(
            was_slow ? "a mesh that takes too long" : "a mesh that the reader fails on"
        );
    }
    if (reply.empty()) throw std::runtime_error("a mesh that the reader gives up on");
    if (reply[0] != answers_points) throw std::runtime_error({reply.data() + 1, reply.size() - 1});
    auto *points = new cm_points;
    points->data.resize((reply.size() - 1) / sizeof(double));
    std::memcpy(points->data.data(), reply.data() + 1, points->data.size() * sizeof(double));
    return points;
}

/* Reads in a child process with bounds: files come from anywhere, and Assimp trusts them. */
cm_points *read_apart(const void *bytes, size_t length, const char *format, Wanted wanted) {
    int pipes[2];
    if (pipe2(pipes, O_CLOEXEC) != 0) throw std::runtime_error("no pipe to be had");
    const pid_t child = fork();
    if (child == 0) {
        close(pipes[0]);
        serve(pipes[1], bytes, length, format, wanted);
    }
    close(pipes[1]);
    if (child < 0) {
        close(pipes[0]);
        throw std::runtime_error("no process to be had");
    }
    const std::vector<char> reply = read_all(pipes[0]);
    close(pipes[0]);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return points_of(reply, status);
}

cm_points *read_or_report(const void *bytes, size_t length, const char *format, Wanted wanted,
                          char *message, size_t capacity) {
    try {
        return read_apart(bytes, length, format, wanted);
    } catch (const std::exception &error) {
        report(error.what(), message, capacity);
    } catch (...) {
        report("an unknown failure", message, capacity);
    }
    return nullptr;
}

} // namespace

extern "C" cm_points *cm_points_read(
    const void *bytes,
    size_t length,
    const char *format,
    char *message,
    size_t capacity
) {
    return read_or_report(bytes, length, format, Wanted::vertices, message, capacity);
}

extern "C" cm_points *cm_triangles_read(
    const void *bytes,
    size_t length,
    const char *format,
    char *message,
    size_t capacity
) {
    return read_or_report(bytes, length, format, Wanted::triangles, message, capacity);
}

extern "C" void cm_points_free(cm_points *points) { delete points; }

extern "C" int32_t cm_points_count(const cm_points *points) {
    return int32_t(points->data.size() / 3);
}

extern "C" const double *cm_points_data(const cm_points *points) { return points->data.data(); }

extern "C" int cm_sha256(const void *bytes, size_t count, unsigned char *digest) {
    return cd_sha256(bytes, count, digest);
}
