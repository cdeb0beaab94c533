"""Writes pca.json and pca.bin: scikit-learn's PCA (svd_solver='full', float64).

Likelihoods are always those of the unwhitened fit: whitening scales the scores and leaves the
density as it is, but scikit-learn 1.2.1 computes another one (its issue 13898).
"""

from golden_io import Golden, load

import numpy as np
from sklearn.decomposition import PCA

PROBE_ROWS = 8
# (name, data set, rows, n_components, whiten)
CASES = (
    ("iris-all", "iris", None, None, False),
    ("iris-2-whiten", "iris", None, 2, True),
    ("iris-fraction0.95", "iris", None, 0.95, False),
    ("wine-3", "wine", None, 3, False),
    ("faithful-1", "faithful", None, 1, False),
    ("digits-16", "digits", None, 16, False),
    ("digits-16-whiten", "digits", None, 16, True),
    ("digits-fraction0.9", "digits", None, 0.9, False),
    ("mnist-20", "mnist", 10_000, 20, False),
    ("mnist-20-whiten", "mnist", 10_000, 20, True),
    ("mnist-fraction0.5", "mnist", 10_000, 0.5, False),
)
# (data set, rows, numbers of components to reconstruct from)
SPECTRA = (
    ("iris", None, (1, 2, 3)),
    ("wine", None, (1, 3, 10)),
    ("faithful", None, (1,)),
    ("digits", None, (1, 5, 20, 50)),
    ("mnist", 10_000, (1, 5, 20, 50, 100, 300)),
    ("mnist", 60_000, ()),
)


def fit_case(golden, name, dataset, rows, n_components, whiten):
    points = load(dataset, rows)
    model = PCA(n_components, whiten=whiten, svd_solver="full").fit(points)
    density = PCA(n_components, svd_solver="full").fit(points) if whiten else model
    probes = np.arange(PROBE_ROWS) * (len(points) // PROBE_ROWS)
    print(f"{name}: {model.n_components_} components, noise {model.noise_variance_:.6g}")
    return {
        "name": name,
        "dataset": dataset,
        "rows": len(points),
        "nComponents": n_components,
        "whiten": whiten,
        "components": golden.put(model.components_),
        "mean": golden.put(model.mean_),
        "explainedVariance": golden.put(model.explained_variance_),
        "explainedVarianceRatio": golden.put(model.explained_variance_ratio_),
        "singularValues": golden.put(model.singular_values_),
        "noiseVariance": float(model.noise_variance_),
        "probeRows": golden.put(probes, "uint32"),
        "transform": golden.put(model.transform(points[probes])),
        "scoreSamples": golden.put(density.score_samples(points[probes])),
        "score": float(density.score(points)),
    }


def reconstruction_error(points, model, t):
    """Mean over the rows of |x - x'|^2, where x' is built from the first t components."""
    centred = points - model.mean_
    directions = model.components_[:t]
    return float(((centred - centred @ directions.T @ directions) ** 2).sum(1).mean())


def spectrum(golden, dataset, rows, reconstruct_from):
    points = load(dataset, rows)
    model = PCA(svd_solver="full").fit(points)
    print(f"{dataset}, {len(points)} rows: {model.explained_variance_ratio_[:3]}")
    return {
        "dataset": dataset,
        "rows": len(points),
        "explainedVariance": golden.put(model.explained_variance_),
        "explainedVarianceRatio": golden.put(model.explained_variance_ratio_),
        "reconstruction": [
            {"components": t, "error": reconstruction_error(points, model, t)}
            for t in reconstruct_from
        ],
    }


def main():
    golden = Golden("pca")
    golden.save(
        cases=[fit_case(golden, *case) for case in CASES],
        spectra=[spectrum(golden, *row) for row in SPECTRA],
    )


main()
