"""Writes pca_kinds.json and pca_kinds.bin: scikit-learn's PCA of kinds of rows that are hard in float32.

The rows are kept, rounded to float32, as they are drawn here; every fit is float64.
"""

from golden_io import Golden

import numpy as np
from sklearn.datasets import make_low_rank_matrix
from sklearn.decomposition import PCA

SEEDS = 20
PATCH = 8


def one_hot(random, rows, sizes):
    return np.hstack([np.eye(size)[random.randint(0, size, rows)] for size in sizes])


def word_vectors(random, rows, columns):
    axes, _ = np.linalg.qr(random.randn(columns, columns))
    sizes = (1 + np.arange(columns)) ** -0.35
    return random.randn(rows, columns) * sizes @ axes + 0.1 * random.randn(rows, columns)


def counts(random, rows, columns):
    rates = np.exp(random.randn(columns) * 0.7 + 0.5)
    return random.poisson(rates * random.gamma(2, 0.5, (rows, 1)), (rows, columns))


def patches(random, rows):
    """Patches of a smooth picture from 0 to 255: variances from 1 down to 1e-13 of the first."""
    size = 128
    frequencies = np.fft.fftfreq(size)
    squares = frequencies[:, None] ** 2 + frequencies[None, :] ** 2
    noise = np.fft.fft2(random.randn(size, size))
    picture = np.real(np.fft.ifft2(noise * np.exp(-squares / (2 * 0.055**2))))
    picture = (picture - picture.min()) / (picture.max() - picture.min()) * 255
    corners = random.randint(0, size - PATCH, (rows, 2))
    return np.array([picture[y : y + PATCH, x : x + PATCH].ravel() for y, x in corners])


def time_stamps(random, rows):
    """Seconds since 1970 within a month, and half of them give or take five minutes."""
    seconds = 1.7e9 + random.rand(rows) * 86400 * 30
    return np.c_[seconds, seconds / 2 + random.randn(rows) * 300]


def close_pairs(random, rows, columns):
    """Variances in pairs, the second of each smaller by a thousandth."""
    axes, _ = np.linalg.qr(random.randn(columns, columns))
    drawn = random.randn(rows, columns)
    scores = np.linalg.svd(drawn - drawn.mean(0), full_matrices=False)[0]
    steps = np.arange(columns)
    variances = 4 * 0.5 ** (steps // 2) * np.where(steps % 2 == 1, 1 - 1e-3, 1)
    return scores * np.sqrt(variances * (rows - 1)) @ axes


def main():
    random = np.random.RandomState(0)
    kinds = (
        ("one-hot columns", one_hot(random, 300, (3, 5, 8, 12, 20)), 10),
        ("a low-rank matrix", make_low_rank_matrix(200, 40, effective_rank=8, random_state=0), 6),
        ("word vectors", word_vectors(random, 400, 40), 8),
        ("counts", counts(random, 300, 30), 6),
        ("smooth patches", patches(random, 300), 10),
        ("time stamps", time_stamps(random, 300), 1),
        ("close pairs", close_pairs(random, 300, 12), 4),
        ("five dimensions of 20", random.randn(100, 5) @ random.randn(5, 20), 5),
        ("few wide rows", random.randn(14, 400) * 0.99 ** np.arange(400), 4),
    )
    golden = Golden("pca_kinds")
    golden.save(kinds=[kind(golden, *row) for row in kinds])


def kind(golden, name, points, count):
    rounded = points.astype(np.float32)
    points = rounded.astype(np.float64)
    whole = PCA(svd_solver="full").fit(points)
    fitted = PCA(count, svd_solver="full").fit(points)
    # In units of the largest number, which is what scikit-learn's own randomized solver is safe in.
    scaled = points / np.abs(points).max()
    best = PCA(count, svd_solver="full").fit(scaled).explained_variance_.sum()
    covariance = np.cov(scaled.T)
    lost = []
    for seed in range(SEEDS):
        model = PCA(count, svd_solver="randomized", random_state=seed).fit(scaled)
        kept = np.trace(model.components_ @ covariance @ model.components_.T)
        lost.append(max(0.0, 1 - kept / best))
    shares = whole.explained_variance_ / whole.explained_variance_[0]
    print(f"{name}: {points.shape}, last share {shares[-1]:.1e}, lost {np.mean(lost):.1e}")
    return {
        "name": name,
        "points": golden.put(rounded, "float32"),
        "explainedVariance": golden.put(whole.explained_variance_),
        "count": count,
        "components": golden.put(fitted.components_),
        "noiseVariance": float(fitted.noise_variance_),
        "randomizedLoss": float(np.mean(lost)),
    }


main()
