"""Writes iris.csv, wine.csv, digits.csv and digits_pca16.bin from scikit-learn's own copies.

The last column of a CSV file, `target`, is the class. digits_pca16.bin is digits on its first 16
principal components (centred, not whitened): 1797 x 16 float64, little endian, row-major.
"""

from golden_io import load, write_whole

import numpy as np
from sklearn import datasets
from sklearn.decomposition import PCA


def csv(bunch):
    names = [name.split(" (")[0].replace(" ", "_").replace("/", "_") for name in bunch.feature_names]
    lines = [",".join([*names, "target"])]
    for row, target in zip(bunch.data, bunch.target):
        lines.append(",".join(np.format_float_positional(value, trim="-") for value in [*row, target]))
    return "\n".join(lines) + "\n"


for name in ("iris", "wine", "digits"):
    bunch = getattr(datasets, f"load_{name}")()
    write_whole(f"{name}.csv", csv(bunch).encode())
    if not np.array_equal(load(name), bunch.data):
        raise AssertionError(f"{name}.csv does not give back the data")

scores = PCA(16, svd_solver="full").fit_transform(load("digits"))
write_whole("digits_pca16.bin", scores.astype("<f8").tobytes())
