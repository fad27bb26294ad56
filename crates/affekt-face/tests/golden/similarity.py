"""Similarity transforms of random landmark sets, and pictures warped along some; needs scikit-image, SciPy, NumPy, OpenCV.

Writes beside itself:
- similarity.csv: 1,000 rows of five points (x0,y0,...,x4,y4), the face size, and the 2 x 3 matrix (row by row) of
  scikit-image's SimilarityTransform.from_estimate (Umeyama) onto the ArcFace template of that size;
- warp.json: small pictures, a matrix each, and the warped picture: scipy.ndimage.map_coordinates, order 1, zeros
  outside ("grid-constant"), in double precision, rounded half up. `cv2` is the largest difference of
  cv2.warpAffine(INTER_LINEAR, border 0) to it, for information: its weights are fixed-point.
"""
import json
import pathlib

import cv2
import numpy as np
import scipy
import skimage
from scipy import ndimage
from skimage.transform import SimilarityTransform

SEED = 20_251_123
rng = np.random.default_rng(SEED)
here = pathlib.Path(__file__).parent
ARCFACE = np.array([[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]])


def template(size):
    if size % 112 == 0:
        return ARCFACE * (size / 112)
    ratio = size / 128
    return ARCFACE * ratio + [8 * ratio, 0]


def estimate(points, size):
    return SimilarityTransform.from_estimate(points, template(size)).params[:2]


def face(noise):
    """The template turned, scaled, moved and disturbed."""
    angle, scale, shift = rng.uniform(-np.pi, np.pi), np.exp(rng.uniform(-2, 2)), rng.uniform(-300, 900, 2)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return (ARCFACE @ turn.T) * scale + shift + rng.normal(0, noise * scale, (5, 2))


with open(here / "similarity.csv", "w") as out:
    for k in range(1000):
        # A third near the template, a third far from it, a third of unrelated points.
        points = face(1.0) if k % 3 == 0 else face(15.0) if k % 3 == 1 else rng.uniform(0, 640, (5, 2))
        if k % 50 == 2:
            points = np.outer(rng.uniform(0, 100, 5), [3, 1]) + 7  # on one line
        points = points.astype(np.float32).astype(np.float64)
        size = int(rng.choice([112, 224, 336, 128, 256, 896]))
        # The points are single precision, and their shortest text reads back as the same number.
        texts = [str(v) for v in points.astype(np.float32).ravel()] + [str(size)]
        out.write(",".join(texts + [f"{v:.12g}" for v in estimate(points, size).ravel()]) + "\n")

cases = []
for k in range(3):
    width, height = int(rng.integers(20, 60)), int(rng.integers(20, 60))
    picture = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    # Faces between half and twice the picture's size, some partly outside.
    size, scale = 112, rng.uniform(0.15, 0.7)
    angle, shift = rng.uniform(-0.6, 0.6), rng.uniform(-10, 10, 2)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = ((ARCFACE - 56) @ turn.T) * scale + [width / 2, height / 2] + shift + rng.normal(0, 0.5, (5, 2))
    points = points.astype(np.float32).astype(np.float64)
    matrix = estimate(points, size)
    inverse = np.linalg.inv(np.vstack([matrix, [0, 0, 1]]))
    v, u = np.mgrid[0:size, 0:size]
    xs, ys, _ = np.tensordot(inverse, np.stack([u, v, np.ones_like(u)]), 1)
    planes = [ndimage.map_coordinates(picture[..., c].astype(float), [ys, xs], order=1, mode="grid-constant", cval=0.0)
              for c in range(3)]
    warped = np.floor(np.stack(planes, axis=-1) + 0.5).astype(np.uint8)
    other = cv2.warpAffine(picture, matrix, (size, size), flags=cv2.INTER_LINEAR, borderValue=0)
    cases.append({
        "width": width, "height": height, "picture": picture.tobytes().hex(), "points": points.tolist(), "size": size,
        "warped": warped.tobytes().hex(), "cv2": int(np.abs(warped.astype(int) - other).max()),
    })

tools = f"scikit-image {skimage.__version__}, SciPy {scipy.__version__}, NumPy {np.__version__}, OpenCV {cv2.__version__}"
with open(here / "warp.json", "w") as out:
    out.write(json.dumps({"tools": tools, "seed": SEED, "tolerance": 1, "cases": cases}, indent=0) + "\n")
print(tools, [case["cv2"] for case in cases])
