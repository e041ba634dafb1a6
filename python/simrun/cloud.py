"""Point clouds from depth pictures, in numpy."""

import numpy as np


def unproject(depth: np.ndarray, fovy: float, position: np.ndarray, rotation: np.ndarray) -> np.ndarray:
    """World points [N, 3] of a depth picture [H, W] in metres along the optical axis.

    The camera looks along its -z, y is up (OpenGL's and MuJoCo's way); `fovy` in degrees, `rotation`
    takes the camera's axes to the world's.
    """
    height, width = depth.shape
    focal = 0.5 * height / np.tan(np.radians(fovy) / 2)
    across, down = np.meshgrid(np.arange(width) + 0.5 - width / 2, np.arange(height) + 0.5 - height / 2)
    camera = np.stack([across / focal * depth, -down / focal * depth, -depth], -1).reshape(-1, 3)
    return camera @ rotation.T + position


def crop(points: np.ndarray, low, high) -> np.ndarray:
    """The points inside a box."""
    return points[((points >= low) & (points <= high)).all(1)]


def farthest(points: np.ndarray, count: int, most: int = 2048) -> np.ndarray:
    """`count` points [count, 3] float32 far from each other, from the first on.

    Of more than `most`, evenly spaced ones are looked at. Where there are too few, they are repeated,
    never padded with zeros; of none, the origin stands in.
    """
    if len(points) == 0:
        return np.zeros((count, 3), np.float32)
    if len(points) > most:
        points = points[np.linspace(0, len(points) - 1, most).astype(int)]
    points = np.ascontiguousarray(points, np.float32)
    if len(points) <= count:
        return points[np.arange(count) % len(points)]
    chosen = np.zeros(count, int)
    distance = np.full(len(points), np.inf, np.float32)
    for index in range(1, count):
        offset = points - points[chosen[index - 1]]
        np.minimum(distance, np.einsum("ij,ij->i", offset, offset), out=distance)
        chosen[index] = distance.argmax()
    return points[chosen]
