"""Writes transforms.json and transforms.bin: K-means as a factorization, transforms and dictionaries.

The objective of K-means is that of whole matrices here, |Z - Z H'(HH')^-1 H|^2, n x n and all.
"""

from golden_io import Golden, load

import numpy as np
from scipy.linalg import solve_sylvester, sqrtm
from sklearn.cluster import KMeans
from sklearn.decomposition import DictionaryLearning
from sklearn.linear_model import Lasso


def projection_of(labels):
    h = (labels[None, :] == np.arange(labels.max() + 1)[:, None]).astype(float)
    return h.T @ np.linalg.inv(h @ h.T) @ h


def factorization(golden):
    points = load("digits_pca16", 200)
    fit = KMeans(5, init=points[:5], n_init=1, tol=0, max_iter=300).fit(points)
    projection = projection_of(fit.labels_)
    z = points.T
    return {
        "points": golden.put(points),
        "labels": golden.put(fit.labels_, "uint8"),
        "objective": float(np.linalg.norm(z - z @ projection) ** 2),
        "firstColumn": golden.put(projection @ points[:, 0]),
    }


def size(matrix):
    return float(np.sum(matrix**2))


def regularity(t):
    return size(t) - np.linalg.slogdet(t.T @ t)[1] / 2


def best_transform(x, z, penalty):
    """T of |T X - Z|^2 + penalty regularity(T), by the symmetric root; columns are rows of the points."""
    root = np.linalg.inv(sqrtm(x @ x.T + penalty * np.eye(len(x))).real)
    q, s, rt = np.linalg.svd(root @ x @ z.T, full_matrices=False)
    t = 0.5 * rt.T @ np.diag(s + np.sqrt(s**2 + 2 * penalty)) @ q.T @ root
    gradient = 2 * (t @ x - z) @ x.T + penalty * (2 * t - t @ np.linalg.inv(t.T @ t))
    if np.linalg.norm(gradient) > 1e-10 * np.linalg.norm(z @ x.T):
        raise ValueError(f"the gradient is {np.linalg.norm(gradient)}")
    return t


def largest(y, count):
    """Of each column."""
    order = np.sort(np.abs(y), axis=0)
    if (order[-count] - order[-count - 1] < 1e-6 * order[-count]).any():
        raise ValueError("a number is as large as the next")
    return np.where(np.abs(y) >= order[-count], y, 0)


def learnt(golden, name, atoms, iterations, **sparsity):
    points = load("digits_pca16", 120)[:, :8]
    x, penalty = points.T, 400.0
    start = np.linalg.qr(np.random.default_rng(1).normal(size=(atoms, 8)))[0]
    t, history = start, []
    for _ in range(iterations):
        y = t @ x
        if "alpha" in sparsity:
            z = np.sign(y) * np.maximum(np.abs(y) - sparsity["alpha"] / 2, 0)
        else:
            z = largest(y, sparsity["nNonzero"])
        if not np.abs(z).max(axis=1).all():
            raise ValueError("an atom answers no row: its sign is anything")
        t = best_transform(x, z, penalty)
        history.append(size(t @ x - z) + penalty * regularity(t) + sparsity.get("alpha", 0) * np.abs(z).sum())
    return {
        "name": name,
        "options": {"penalty": penalty, "nAtoms": atoms, "maxIter": iterations, **sparsity},
        "points": golden.put(points),
        "init": golden.put(start),
        "objectives": golden.put(history),
        "atoms": golden.put(t),
        "logDet": np.linalg.slogdet(t.T @ t)[1] / 2,
        "condition": np.linalg.cond(t),
    }


def transformed(golden):
    """Transformed K-means of stretched clouds, with T'T in place of T, which any rotation leaves as good."""
    rng = np.random.default_rng(4)
    clouds = [rng.normal(size=(40, 3)) * [4, 1, 1] + [0, 5 * c, 2 * c] for c in range(3)]
    points = np.concatenate(clouds) @ np.array([[0.8, 0.6, 0], [-0.6, 0.8, 0], [0, 0, 1]])
    x, mu, penalty = points.T, 2.0, 5.0
    starts = [KMeans(3, n_init=10, tol=0, random_state=seed).fit(points) for seed in range(5)]
    if any(abs(fit.inertia_ / starts[0].inertia_ - 1) > 1e-9 for fit in starts):
        raise ValueError("K-means hangs on its seed")
    labels, history = starts[0].labels_, []
    while True:
        p = projection_of(labels)
        scatter = x @ (np.eye(120) - p) @ x.T
        w, v = np.linalg.eigh(mu / (1 + mu) * scatter + penalty * np.eye(3))
        t = np.sqrt(penalty / 2) * v @ np.diag(w**-0.5) @ v.T
        y = t @ x
        z = y @ p + (y - y @ p) / (1 + mu)
        gradients = [
            2 * (y - z) @ x.T + penalty * (2 * t - np.linalg.inv(t).T),
            2 * (z - y) + 2 * mu * (z - z @ p),
        ]
        if max(np.abs(one).max() for one in gradients) > 1e-9 * np.abs(y @ x.T).max():
            raise ValueError("a gradient is left")
        means = np.array([y[:, labels == c].mean(axis=1) for c in range(3)])
        before, labels = labels, KMeans(3, init=means, n_init=1, tol=0).fit(y.T).labels_
        p = projection_of(labels)
        z = y @ p + (y - y @ p) / (1 + mu)
        history.append(size(y - z) + mu * size(z - z @ p) + penalty * regularity(t))
        if (labels == before).all():
            break
    return {
        "points": golden.put(points),
        "options": {"k": 3, "mu": mu, "penalty": penalty, "tol": 0},
        "objectives": golden.put(history),
        "metric": golden.put(t.T @ t),
        "labels": golden.put(labels, "uint8"),
        "started": golden.put(starts[0].labels_, "uint8"),
    }


def dictionary(golden):
    """scikit-learn's codes for given atoms, and a dictionary that it learnt to the end."""
    points = load("digits_pca16", 150)[:, :10] / 10
    start = points[:6] / np.linalg.norm(points[:6], axis=1)[:, None]
    alpha = 0.2
    lasso = {"alpha": alpha / points.shape[1], "fit_intercept": False, "tol": 1e-14, "max_iter": 1_000_000}
    codes = {
        name: golden.put(Lasso(positive=positive, **lasso).fit(start.T, points.T).coef_)
        for name, positive in (("codes", False), ("positiveCodes", True))
    }
    fit = DictionaryLearning(
        6, alpha=alpha, fit_algorithm="cd", max_iter=3000, tol=1e-12, dict_init=start,
        code_init=np.zeros((150, 6)), transform_max_iter=10_000, random_state=0,
    ).fit(points)
    return {
        "points": golden.put(points),
        "options": {"nAtoms": 6, "alpha": alpha},
        "init": golden.put(start),
        **codes,
        "learnt": golden.put(fit.components_),
        "objective": float(fit.error_[-1]),
    }


def subspaces(golden):
    """Transformed subspace clustering with least squares, by inverses of n x n matrices."""
    rng = np.random.default_rng(2)
    rows = [rng.normal(size=(14, 2)) @ rng.normal(size=(2, 6)) for _ in range(3)]
    points = np.concatenate(rows) + 0.05 * rng.normal(size=(42, 6))
    x = points.T / np.linalg.norm(points, axis=1)
    penalty, gamma, ridge, eye = 0.5, 2.0, 0.05, np.eye(42)
    t, history = np.sqrt(0.5) * np.eye(6), []
    z = t @ x
    for _ in range(4):
        inverse = np.linalg.inv(z.T @ z + ridge * eye)
        c = -inverse / np.diag(inverse)
        np.fill_diagonal(c, 0)
        m = (eye - c) @ (eye - c).T
        scatter = x @ (eye - np.linalg.inv(eye + gamma * m)) @ x.T
        w, v = np.linalg.eigh(scatter + penalty * np.eye(6))
        t = np.sqrt(penalty / 2) * v @ np.diag(w**-0.5) @ v.T
        z = t @ x @ np.linalg.inv(eye + gamma * m)
        gradients = [
            2 * (t @ x - z) @ x.T + penalty * (2 * t - np.linalg.inv(t).T),
            2 * (z - t @ x) + 2 * gamma * z @ m,
        ]
        if max(np.abs(one).max() for one in gradients) > 1e-10:
            raise ValueError("a gradient is left")
        express = size(z - z @ c) + ridge * size(c)
        history.append(size(t @ x - z) + penalty * regularity(t) + gamma * express)
    return {
        "points": golden.put(points),
        "options": {"k": 3, "penalty": penalty, "gamma": gamma, "lambda": ridge, "maxIter": 4, "tol": 0},
        "objectives": golden.put(history),
        "metric": golden.put(t.T @ t),
        "coefficients": golden.put(c.T),
        "labels": golden.put(np.repeat(np.arange(3), 14), "uint8"),
    }


def best_atoms(codes, inputs, atoms):
    """Of |Y - Z D|^2 over rows of length 1 at most, by projected gradients."""
    gram, cross = codes.T @ codes, codes.T @ inputs
    for _ in range(200_000):
        moved = atoms - (gram @ atoms - cross) / np.linalg.norm(gram, 2)
        moved /= np.maximum(1, np.linalg.norm(moved, axis=1))[:, None]
        change = np.abs(moved - atoms).max()
        atoms = moved
        if change < 1e-14:
            break
    return atoms


def deep(golden):
    """One dictionary, codes drawn to the means of clusters that lie far apart, Sylvester's equation for the codes."""
    rng = np.random.default_rng(8)
    labels = np.repeat(np.arange(3), 15)
    points = 8 * rng.normal(size=(3, 5))[labels] + rng.normal(size=(45, 5))
    mu, p = 2.0, projection_of(labels)
    # Principal directions, of which the signs do not matter.
    atoms = np.linalg.svd(points)[2][:4]
    history = []
    for _ in range(4):
        z = solve_sylvester(mu * (np.eye(45) - p), atoms @ atoms.T, points @ atoms.T)
        gradient = (z @ atoms - points) @ atoms.T + mu * (z - p @ z)
        if np.abs(gradient).max() > 1e-9 * np.abs(points @ atoms.T).max():
            raise ValueError("a gradient is left")
        atoms = best_atoms(z, points, atoms)
        history.append(size(points - z @ atoms) + mu * size(z - p @ z))
    return {
        "points": golden.put(points),
        "options": {"k": 3, "layers": [4], "mu": mu, "nonNegative": False, "maxIter": 4, "tol": 0},
        "objectives": golden.put(history),
        "labels": golden.put(labels, "uint8"),
    }


def main():
    golden = Golden("transforms")
    golden.save(
        factorization=factorization(golden),
        transformed=transformed(golden),
        dictionary=dictionary(golden),
        subspaces=subspaces(golden),
        deep=deep(golden),
        transforms=[
            learnt(golden, "square, magnitudes", 8, 12, alpha=1.0),
            learnt(golden, "square, the largest", 8, 5, nNonzero=3),
            learnt(golden, "tall, magnitudes", 12, 6, alpha=1.0),
        ],
    )


main()
