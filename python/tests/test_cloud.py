"""Depth pictures to points, and points that lie far from each other."""

import numpy as np

from simrun import cloud


def test_a_plane_is_where_it_is():
    # A camera two metres above the ground that looks down: its -z is the world's -z.
    points = cloud.unproject(np.full((8, 8), 2.0), 90.0, np.array([1.0, 2.0, 2.0]), np.eye(3))
    assert np.allclose(points[:, 2], 0)
    assert np.allclose(points.mean(0), [1, 2, 0])
    # 90 degrees at two metres see four metres; pixel centres lie half a pixel inside.
    assert np.allclose(points[0], [1 - 1.75, 2 + 1.75, 0])


def test_points_are_spread_and_never_invented():
    random = np.random.default_rng(0)
    points = np.concatenate([random.normal(0, 0.01, (500, 3)), [[1, 0, 0], [0, 1, 0]]])
    chosen = cloud.farthest(points, 3)
    assert {tuple(np.round(p)) for p in chosen[1:]} == {(1, 0, 0), (0, 1, 0)}
    few = cloud.farthest(points[:2], 5)
    assert few.shape == (5, 3) and {tuple(p) for p in few} == {tuple(p) for p in points[:2].astype(np.float32)}
    assert (cloud.farthest(np.zeros((0, 3)), 4) == 0).all()
    assert len(cloud.crop(points, (-0.5, -0.5, -0.5), (0.5, 0.5, 0.5))) == 500
