#include "CUrdf.h"

#include <Eigen/Eigenvalues>
#include <Eigen/Geometry>

extern "C" int32_t
cu_principal_axes(const double tensor[6], double moments[3], double quaternion[4]) {
    Eigen::Matrix3d matrix;
    matrix << tensor[0], tensor[1], tensor[2], //
        tensor[1], tensor[3], tensor[4],       //
        tensor[2], tensor[4], tensor[5];
    if (!matrix.allFinite()) return 1;
    const Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d> solver(matrix);
    if (solver.info() != Eigen::Success) return 1;
    Eigen::Matrix3d axes = solver.eigenvectors();
    if (axes.determinant() < 0) axes.col(2) *= -1;
    const Eigen::Quaterniond q(axes);
    for (int i = 0; i < 3; i++) moments[i] = solver.eigenvalues()[i];
    quaternion[0] = q.x();
    quaternion[1] = q.y();
    quaternion[2] = q.z();
    quaternion[3] = q.w();
    return 0;
}
