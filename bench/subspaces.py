"""Sparse subspace clustering in NumPy, and spectral clustering in scikit-learn. argv: file of n x d float32, n, d, work, k.

Prints a JSON list of contenders: seconds by the clock and of the processors, and their labels or coefficients of some rows.
"""
import json
import os
import sys
import time

import numpy as np

file, n, d, work, k = sys.argv[1], *map(int, sys.argv[2:4]), sys.argv[4], int(sys.argv[5])
rows = np.fromfile(file, np.float32).reshape(n, d)
SOME = 50


def timed(name, run):
    begin, before = time.perf_counter(), os.times()
    result = run()
    wall, after = time.perf_counter() - begin, os.times()
    processors = after.user - before.user + after.system - before.system
    return {"name": name, "wall": wall, "processors": processors, "result": np.ravel(result).tolist()}


def lasso(x, alpha=20, least=2e-4, most=200):
    """The ADMM of the authors' MATLAB code, rows for columns."""
    gram = x @ x.T
    critical = np.abs(gram - np.diag(np.diag(gram))).max(axis=1).min()
    weight, rho = x.dtype.type(alpha / critical), x.dtype.type(alpha)
    inverse = np.linalg.inv(weight * gram + rho * np.eye(n, dtype=x.dtype))
    c = np.zeros_like(gram)
    multipliers = np.zeros_like(gram)
    for _ in range(most):
        z = (weight * gram + rho * c - multipliers) @ inverse
        np.fill_diagonal(z, 0)
        moved = z + multipliers / rho
        c = np.sign(moved) * np.maximum(np.abs(moved) - 1 / rho, 0)
        np.fill_diagonal(c, 0)
        multipliers += rho * (z - c)
        if np.abs(z - c).max() < least:
            break
    return c[:SOME]


def spectral(solver):
    from sklearn.cluster import SpectralClustering

    method = SpectralClustering(
        k, affinity="nearest_neighbors", eigen_solver=solver, assign_labels="cluster_qr", random_state=0
    )
    return method.fit(rows).labels_


if work == "lasso":
    contenders = [
        (f"numpy {np.dtype(type)}", lambda x=rows.astype(type): lasso(x)) for type in [np.float32, np.float64]
    ]
else:
    from sklearn.cluster import SpectralClustering  # noqa: F401

    contenders = [(f"scikit-learn, {solver}", lambda solver=solver: spectral(solver)) for solver in ["lobpcg", "arpack"]]
print(json.dumps([timed(*one) for one in contenders]))
