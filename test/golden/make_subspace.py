"""Writes subspace.json and subspace.bin: coefficients of subspace clustering, a row's in its row.

Lasso, elastic net and OMP are scikit-learn's, row by row; the rest are the papers' formulas in float64, with the
inverses that these write: of the coefficients with outliers that of n + d rows.
"""

from golden_io import Golden

import warnings

import numpy as np
from sklearn.linear_model import ElasticNet, orthogonal_mp

PER_SUBSPACE = 8
DIMENSIONS = (2, 2, 3)
COLUMNS = 9


def union(rng, noise, columns=COLUMNS):
    """Rows of independent subspaces."""
    rows = [
        rng.standard_normal((PER_SUBSPACE, size)) @ rng.standard_normal((size, columns)) for size in DIMENSIONS
    ]
    points = np.concatenate(rows)
    return points + noise * rng.standard_normal(points.shape)


def unit(points):
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def soft(values, threshold):
    return np.sign(values) * np.maximum(np.abs(values) - threshold, 0)


def critical(products):
    others = np.abs(products)
    np.fill_diagonal(others, 0)
    return others.max(axis=1)


def by_rows(x, solve):
    """solve(others as columns, row, index) for each row."""
    n = len(x)
    coefficients = np.zeros((n, n))
    for i in range(n):
        others = np.delete(np.arange(n), i)
        coefficients[i, others] = solve(x[others].T, x[i], i)
    return coefficients


def net(x, weights, ratio):
    d = x.shape[1]

    def solve(others, row, i):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            model = ElasticNet(weights[i] / d, l1_ratio=ratio, fit_intercept=False, tol=1e-13, max_iter=10**6)
            return model.fit(others, row).coef_

    return by_rows(x, solve)


def ridge(x, weight, zero_diagonal):
    inverse = np.linalg.inv(x @ x.T + weight * np.eye(len(x)))
    if not zero_diagonal:
        return inverse @ x @ x.T
    coefficients = -inverse / np.diag(inverse)[:, None]
    np.fill_diagonal(coefficients, 0)
    return coefficients


def low_rank(x, weight):
    vectors, values, _ = np.linalg.svd(x, full_matrices=False)
    return vectors @ np.diag(np.maximum(0, 1 - weight / values**2)) @ vectors.T


def admm(points, alpha, iterations, affine=False, outliers=False, matlab=False):
    """The steps as in the paper and its code, columns for rows, without a stop."""
    y = points.T
    d, n = y.shape
    gamma = alpha / np.abs(y).sum(axis=0).max()
    p = np.hstack([y, np.eye(d) / gamma]) if outliers else y
    size = p.shape[1]
    reach = np.abs(p.T @ y)
    reach[np.arange(n), np.arange(n)] = 0
    mu1, mu2 = alpha / reach.max(axis=0).min(), alpha
    delta = np.concatenate([np.ones(n), np.zeros(size - n)])[:, None] * affine
    a = np.linalg.inv(mu1 * p.T @ p + mu2 * np.eye(size) + mu2 * delta @ delta.T)
    c, lam2 = np.zeros((size, n)), np.zeros((size, n))
    lam1, lam3 = np.zeros((d, n)), np.zeros((1, n))
    diagonal = (np.arange(n), np.arange(n))
    for _ in range(iterations):
        right = mu1 * p.T @ (y + lam1 / mu1) + mu2 * c - lam2 + delta @ (mu2 * np.ones((1, n)) - lam3)
        z = a @ right
        if matlab:
            z[diagonal] = 0
        c = soft(z + lam2 / mu2, 1 / mu2)
        c[diagonal] = 0
        if outliers:
            lam1 += mu1 * (y - p @ z)
        lam2 += mu2 * (z - c)
        if affine:
            lam3 += mu2 * (delta.T @ z - 1)
    return c[:n].T


def main():
    golden = Golden("subspace")
    rng = np.random.default_rng(8)
    points = union(rng, 0.02)
    x = unit(points)
    products = x @ x.T
    least = critical(products)
    steps = {"maxIter": 60, "tol": 0}
    cases = [
        ({"method": "ssc", "alpha": 20}, net(x, np.full(len(x), least.min() / 20), 1)),
        ({"method": "ssc", "lambda": 0.1, "normalize": False}, net(points, np.full(len(x), 0.1), 1)),
        ({"method": "ssc", "affine": True, **steps}, admm(x, 20, 60, affine=True)),
        ({"method": "ssc", "iteration": "matlab", **steps}, admm(x, 20, 60, matlab=True)),
        ({"method": "ssc", "outliers": True, **steps}, admm(points, 20, 60, outliers=True)),
        (
            {"method": "ssc", "outliers": True, "affine": True, "iteration": "matlab", **steps},
            admm(points, 20, 60, affine=True, outliers=True, matlab=True),
        ),
        ({"method": "omp", "nNonzero": 3}, by_rows(x, lambda others, row, _: orthogonal_mp(others, row, n_nonzero_coefs=3))),
        ({"method": "elasticNet", "alpha": 50}, net(x, least / 0.9 / 50, 0.9)),
        ({"method": "elasticNet", "lambda": 0.05, "l1Ratio": 0.5}, net(x, np.full(len(x), 0.05), 0.5)),
        ({"method": "lsr", "lambda": 0.05}, ridge(x, 0.05, True)),
        ({"method": "lsr", "lambda": 0.05, "zeroDiagonal": False}, ridge(x, 0.05, False)),
        ({"method": "lrsc", "lambda": 0.05}, low_rank(x, 0.05)),
    ]
    wide = unit(rng.standard_normal((5, 12)))
    clean = union(rng, 0, 40)
    golden.save(
        points=golden.put(points),
        cases=[{"options": options, "coefficients": golden.put(values)} for options, values in cases],
        wide={
            "points": golden.put(wide),
            "cases": [
                {"options": options, "coefficients": golden.put(values)}
                for options, values in [
                    ({"method": "lsr", "lambda": 0.05}, ridge(wide, 0.05, True)),
                    ({"method": "lsr", "lambda": 0.05, "zeroDiagonal": False}, ridge(wide, 0.05, False)),
                    ({"method": "lrsc", "lambda": 0.05}, low_rank(wide, 0.05)),
                ]
            ],
        },
        independent={
            "points": golden.put(clean),
            "truth": golden.put(np.repeat(np.arange(len(DIMENSIONS)), PER_SUBSPACE), "uint8"),
            # Of the least length: X times its pseudo-inverse.
            "shortest": golden.put(unit(clean) @ np.linalg.pinv(unit(clean))),
        },
    )


if __name__ == "__main__":
    main()
