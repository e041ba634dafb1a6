#include "CMesh.h"

#include <LinearMath/btConvexHullComputer.h>

#include <cmath>
#include <exception>
#include <vector>

struct cm_hull {
    std::vector<double> points;
    std::vector<int32_t> triangles;
};

namespace {

/* Bullet gives each face as a ring of edges; it is cut into a fan of triangles. */
void cut(const btConvexHullComputer &computer, std::vector<int32_t> &triangles) {
    for (int i = 0; i < computer.faces.size(); i++) {
        const btConvexHullComputer::Edge *first = &computer.edges[computer.faces[i]];
        const int32_t corner = first->getSourceVertex();
        const btConvexHullComputer::Edge *edge = first->getNextEdgeOfFace();
        while (edge != first) {
            const int32_t from = edge->getSourceVertex();
            const int32_t to = edge->getTargetVertex();
            if (to != corner) triangles.insert(triangles.end(), {corner, from, to});
            edge = edge->getNextEdgeOfFace();
        }
    }
}

/* Counterclockwise from outside, whichever way the rings run. */
void turn_outwards(cm_hull &hull) {
    double volume = 0;
    const auto point = [&](int32_t i) {
        return btVector3(hull.points[3 * i], hull.points[3 * i + 1], hull.points[3 * i + 2]);
    };
    const btVector3 origin = point(0);
    for (size_t i = 0; i + 2 < hull.triangles.size(); i += 3) {
        const int32_t *t = &hull.triangles[i];
        const btVector3 a = point(t[0]) - origin;
        volume += a.dot((point(t[1]) - origin).cross(point(t[2]) - origin));
    }
    if (volume >= 0) return;
    for (size_t i = 0; i + 2 < hull.triangles.size(); i += 3) {
        std::swap(hull.triangles[i + 1], hull.triangles[i + 2]);
    }
}

} // namespace

extern "C" cm_hull *cm_hull_create(const double *points, int32_t count) {
    try {
        if (points == nullptr || count < 3 || count > CM_MAX_POINTS) return nullptr;
        btConvexHullComputer computer;
        computer.compute(points, int(3 * sizeof(double)), count, 0, 0);
        const int size = computer.vertices.size();
        if (size < 3 || size > CM_MAX_HULL_POINTS) return nullptr;
        auto *hull = new cm_hull;
        hull->points.reserve(size_t(size) * 3);
        for (int i = 0; i < size; i++) {
            const btVector3 &v = computer.vertices[i];
            hull->points.insert(hull->points.end(), {v.x(), v.y(), v.z()});
        }
        cut(computer, hull->triangles);
        turn_outwards(*hull);
        return hull;
    } catch (const std::exception &) {
        return nullptr;
    }
}

extern "C" void cm_hull_free(cm_hull *hull) { delete hull; }

extern "C" int32_t cm_hull_point_count(const cm_hull *hull) {
    return int32_t(hull->points.size() / 3);
}

extern "C" const double *cm_hull_points(const cm_hull *hull) { return hull->points.data(); }

extern "C" int32_t cm_hull_triangle_count(const cm_hull *hull) {
    return int32_t(hull->triangles.size() / 3);
}

extern "C" const int32_t *cm_hull_triangles(const cm_hull *hull) { return hull->triangles.data(); }
