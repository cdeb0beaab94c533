"""Writes transforms.json and transforms.bin: K-means as a factorization, transforms and dictionaries.

The objective of K-means is that of whole matrices here, |Z - Z H'(HH')^-1 H|^2, n x n and all.
"""

from golden_io import Golden, load

import numpy as np
from sklearn.cluster import KMeans


def factorization(golden):
    points = load("digits_pca16", 200)
    fit = KMeans(5, init=points[:5], n_init=1, tol=0, max_iter=300).fit(points)
    h = (fit.labels_[None, :] == np.arange(5)[:, None]).astype(float)
    projection = h.T @ np.linalg.inv(h @ h.T) @ h
    z = points.T
    return {
        "points": golden.put(points),
        "labels": golden.put(fit.labels_, "uint8"),
        "objective": float(np.linalg.norm(z - z @ projection) ** 2),
        "firstColumn": golden.put(projection @ points[:, 0]),
    }


def main():
    golden = Golden("transforms")
    golden.save(factorization=factorization(golden))


main()
