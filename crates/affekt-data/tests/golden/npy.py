"""Arrays as NumPy writes them, those that are to be read and those that are to be refused.

    pip install numpy
    python npy.py

Writes `npy.json`: for each case its bytes, how many numbers are asked for, and the numbers (null: refused).
"""

import io
import json
from pathlib import Path

import numpy as np

SEED = 8
POINTS = np.random.default_rng(SEED).uniform(0.0, 224.0, 136)


def npy(array, version=None):
    file = io.BytesIO()
    np.lib.format.write_array(file, np.asanyarray(array), version=version)
    return file.getvalue()


def read(name, array, version=None):
    array = np.asanyarray(array)
    numbers = [float(value) for value in array.astype(np.float64).ravel()]
    return {"case": name, "hex": npy(array, version).hex(), "n": array.size, "numbers": numbers}


def refused(name, array, n):
    return {"case": name, "hex": npy(array).hex(), "n": n, "numbers": None}


CASES = [
    read("text of one character, shape ()", np.array("0")),
    read("text of nine characters, shape ()", np.array("-0.176846")),
    read("text, shape (1,)", np.array(["-0.5"])),
    read("text with an exponent", np.array("1.5e-05")),
    read("text padded to its type", np.array("0.25").astype("<U12")),
    read("bytes", np.array(b"0.00483933")),
    read("bytes, shape (1,)", np.array([b"7"])),
    *[read(f"{kind}, shape ()", np.array(5, dtype=kind)) for kind in ["i1", "<i2", "<i4", "<i8", "u1", "<u2", "<u4", "<u8"]],
    *[read(f"negative {kind}", np.array(-2, dtype=kind)) for kind in ["i1", "<i2", "<i4", "<i8"]],
    read("float32, shape ()", np.array(-0.176846, dtype="<f4")),
    read("float64, shape (1,)", np.array([0.7], dtype="<f8")),
    read("version 2", np.array("-0.176846"), (2, 0)),
    read("version 3", np.array("-0.176846"), (3, 0)),
    read("points, float64", POINTS),
    read("points, float32", POINTS.astype("<f4")),
    read("points, shape (68, 2)", POINTS.reshape(68, 2)),
    read("points, shape (1, 136)", POINTS.reshape(1, 136)),
    read("points, shape (136, 1), columns first", np.asfortranarray(POINTS.reshape(136, 1))),
    refused("points, columns first", np.asfortranarray(POINTS.reshape(68, 2)), 136),
    refused("points, all x before all y", POINTS.reshape(2, 68), 136),
    refused("one coordinate short", POINTS[:135], 136),
    refused("two numbers where one is asked for", np.array([1.0, 2.0]), 1),
    refused("no number where one is asked for", np.array([], dtype="<f8"), 1),
    refused("big-endian", np.array(0.5, dtype=">f8"), 1),
    refused("half precision", np.array(0.5, dtype="<f2"), 1),
    refused("complex", np.array(0.5j), 1),
    refused("boolean", np.array(True), 1),
    refused("objects, a pickle", np.array(None, dtype=object), 1),
    refused("a record", np.zeros((), dtype=[("exp", "<f8")]), 1),
    refused("text that is no number", np.array("happy"), 1),
    refused("empty text", np.array(""), 1),
    refused("text longer than any number", np.array("0" * 65), 1),
]

lines = ",\n".join(json.dumps(case) for case in CASES)
head = f'"numpy": "{np.__version__}", "seed": {SEED}'
Path(__file__).with_name("npy.json").write_text(f'{{{head}, "cases": [\n{lines}\n]}}\n')
