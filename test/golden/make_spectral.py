"""Writes spectral.json and spectral.bin: scikit-learn's spectral clustering.

Eigenvalues are those of the normalized Laplacian, by scikit-learn's own steps (W without its diagonal) and
numpy's eigh. Every case's labels were found alike from three seeds: so labels can be required to be equal up to
their names. No row's neighbours hang on a tie.
"""

from golden_io import Golden, load

import warnings

import numpy as np
from scipy.sparse.csgraph import connected_components
from sklearn.cluster import SpectralClustering
from sklearn.datasets import make_blobs, make_circles, make_moons
from sklearn.metrics import adjusted_rand_score
from sklearn.neighbors import NearestNeighbors

warnings.filterwarnings("ignore", message="Graph is not fully connected")


def eigenvalues(affinity, k):
    weights = affinity.toarray() if hasattr(affinity, "toarray") else affinity.copy()
    np.fill_diagonal(weights, 0)
    degrees = weights.sum(axis=1)
    roots = np.where(degrees == 0, 1, np.sqrt(degrees))
    laplacian = np.eye(len(weights)) - weights / roots[:, None] / roots[None, :]
    return np.linalg.eigvalsh(laplacian)[:k]


def refuse_ties(points, neighbours):
    distances = NearestNeighbors(n_neighbors=neighbours + 1).fit(points).kneighbors(points)[0]
    last, next_one = distances[:, -2], distances[:, -1]
    if ((next_one - last) < 1e-6 * last).any():
        raise ValueError("a row's last neighbour is no nearer than the next")


def case(golden, name, points, k, **options):
    names = {"n_neighbors": "nNeighbours", "gamma": "gamma"}
    if options["affinity"] == "nearest_neighbors":
        refuse_ties(points, options["n_neighbors"])
    labels = {}
    for kind in ("kmeans", "cluster_qr", "discretize"):
        fits = [
            SpectralClustering(k, assign_labels=kind, random_state=seed, **options).fit(points)
            for seed in range(3)
        ]
        if any(adjusted_rand_score(fits[0].labels_, fit.labels_) < 1 for fit in fits):
            print(f"{name}: {kind} hangs on the seed, and is left out")
            continue
        labels[{"cluster_qr": "clusterQr"}.get(kind, kind)] = golden.put(fits[0].labels_, "uint8")
    return {
        "name": name,
        "points": golden.put(points),
        "k": k,
        "affinity": {"nearest_neighbors": "nearestNeighbours"}.get(options["affinity"], options["affinity"]),
        "options": {names[key]: value for key, value in options.items() if key in names},
        "parts": int(connected_components(fits[0].affinity_matrix_)[0]),
        "eigenvalues": golden.put(eigenvalues(fits[0].affinity_matrix_, k)),
        "affinitySum": float(fits[0].affinity_matrix_.sum()),
        "labels": labels,
    }


def main():
    golden = Golden("spectral")
    blobs, _ = make_blobs(240, 3, centers=4, cluster_std=1.2, random_state=3)
    moons, _ = make_moons(300, noise=0.12, random_state=0)
    circles, _ = make_circles(300, factor=0.5, noise=0.04, random_state=0)
    digits = load("digits_pca16", 500)
    apart = np.concatenate([moons[:60], moons[100:150] + 40])
    golden.save(
        cases=[
            case(golden, "moons", moons, 2, affinity="nearest_neighbors", n_neighbors=10),
            case(golden, "blobs", blobs, 4, affinity="rbf", gamma=0.2),
            case(golden, "circles", circles, 2, affinity="nearest_neighbors", n_neighbors=12),
            case(golden, "moons, all pairs", moons[:150], 2, affinity="rbf", gamma=30.0),
            case(golden, "digits", digits, 10, affinity="nearest_neighbors", n_neighbors=10),
            case(golden, "apart", apart, 2, affinity="nearest_neighbors", n_neighbors=10),
        ],
    )


main()
