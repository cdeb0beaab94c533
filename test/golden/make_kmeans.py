"""Writes kmeans.json and kmeans.bin: scikit-learn's KMeans (lloyd, float64) from given starts.

Each fit is also run by the plain NumPy loop below, which must give the same labels and the same
number of iterations; the objective at each iteration comes from it. Starts are chosen so that the
answer is a fact about the data and not about rounding: the first seed of the row sampler from which
no row is ever (nearly) as close to a second centroid, and scikit-learn's float32 fit ends alike.
"""

import dataclasses
import warnings

from golden_io import Golden, load

import numpy as np
from sklearn.cluster import KMeans, kmeans_plusplus
from sklearn.exceptions import ConvergenceWarning

SEEDS = 100
LEAST_GAP = 1e-7


def squared_distances(points, centroids):
    """n x k, by the identity |x|^2 - 2 x.c + |c|^2 on centred float64 data."""
    cross = points @ centroids.T
    return (points**2).sum(1)[:, None] - 2 * cross + (centroids**2).sum(1)


def margin(distances):
    """The least relative gap between the smallest and the second smallest distance of a row."""
    first, second = np.partition(distances, 1, axis=1)[:, :2].T
    return float(((second - first) / second).min())


def relocate(points, centroids, labels, weights, sums, totals):
    """Gives each cluster without weight the row farthest from its centroid.

    Returns how many there were and the least relative gap among the farthest distances.
    """
    empty = np.flatnonzero(totals == 0)
    far = ((points - centroids[labels]) ** 2).sum(1)
    order = np.argsort(-far)[: len(empty) + 1]
    gap = -np.diff(far[order]).max() / far[order[0]] if len(empty) else 1.0
    for cluster, row in zip(empty, order):
        sums[labels[row]] -= weights[row] * points[row]
        totals[labels[row]] -= weights[row]
        sums[cluster], totals[cluster] = weights[row] * points[row], weights[row]
    return len(empty), float(gap)


@dataclasses.dataclass
class Path:
    """What Lloyd's iterations did, from the plain loop."""

    labels: np.ndarray
    history: list  # the objective at each iteration, before its update of the centroids
    stop: str  # 'labels' unchanged, 'shift' within tol, or 'maxIter'
    relocated: int  # clusters that had lost all rows
    margin: float  # of the last assignment
    least_gap: float  # relative, of every decision taken: assignments, relocations, tolerance


def lloyd(points, start, weights, tol, max_iter):
    """Lloyd's iterations as scikit-learn defines them."""
    mean = points.mean(0)
    points, centroids = points - mean, start - mean
    limit = tol * points.var(0).mean()
    labels, history, gaps, relocated, stop = None, [], [], 0, "maxIter"
    while len(history) < max_iter and stop == "maxIter":
        distances = squared_distances(points, centroids)
        before, labels = labels, distances.argmin(1)
        history.append(float(weights @ ((points - centroids[labels]) ** 2).sum(1)))
        members = labels == np.arange(len(start))[:, None]
        sums, totals = (members * weights) @ points, members @ weights
        empty, gap = relocate(points, centroids, labels, weights, sums, totals)
        relocated += empty
        previous, centroids = centroids, sums / totals[:, None]
        shift = ((centroids - previous) ** 2).sum()
        if np.array_equal(before, labels):
            stop = "labels"
        elif shift <= limit:
            stop = "shift"
        gaps += [margin(distances), gap]
        if stop != "labels":
            gaps.append(abs(shift - limit) / shift)
    distances = squared_distances(points, centroids)
    last = margin(distances)
    return Path(distances.argmin(1), history, stop, relocated, last, min([*gaps, last]))


def fit(points, start, weights, tol, max_iter):
    model = KMeans(
        len(start), init=start, n_init=1, algorithm="lloyd", tol=tol, max_iter=max_iter
    )
    return model.fit(points, sample_weight=weights)


def well_posed(points, start, weights, tol, max_iter):
    if lloyd(points, start, weights, tol, max_iter).least_gap < LEAST_GAP:
        return False
    double = fit(points, start, weights, tol, max_iter)
    single = fit(points.astype(np.float32), start.astype(np.float32), weights, tol, max_iter)
    return np.array_equal(double.labels_, single.labels_) and double.n_iter_ == single.n_iter_


def choose_start(points, k, far, weights, tol, max_iter):
    """k rows and the start made of them: the last `far` are moved where no row is nearest to them."""
    for seed in range(100):
        rows = np.random.RandomState(seed).choice(len(points), k, replace=False)
        start = points[rows]
        start[k - far :] += 1000 * (1 + np.arange(far))[:, None]
        if well_posed(points, start, weights, tol, max_iter):
            return rows, start
    raise AssertionError("no start found that leaves no row in the balance")


def row_weights(n, weighted):
    """One weight a row: multiples of 1/4 from 0 to 1.5, exact in float32; or all 1."""
    return (np.arange(n) % 7) / 4 if weighted else np.ones(n)


def fit_case(golden, name, dataset, k, rows=None, tol=1e-4, max_iter=300, weighted=False, far=0):
    points = load(dataset, rows)
    n = len(points)
    weights = row_weights(n, weighted)
    chosen, start = choose_start(points, k, far, weights, tol, max_iter)
    model = fit(points, start, weights, tol, max_iter)
    path = lloyd(points, start, weights, tol, max_iter)
    if not np.array_equal(path.labels, model.labels_) or len(path.history) != model.n_iter_:
        raise AssertionError(f"{name}: the plain loop and scikit-learn differ")
    print(f"{name}: {model.n_iter_} iterations, {model.inertia_:.6g}, {path.stop}, {path.margin:.1e}")
    return {
        "name": name,
        "dataset": dataset,
        "rows": n,
        "k": k,
        "tol": tol,
        "maxIter": max_iter,
        "start": {"centroids": golden.put(start)} if far else {"rows": golden.put(chosen, "uint32")},
        "sampleWeight": golden.put(weights) if weighted else None,
        "labels": golden.put(model.labels_, "uint8"),
        "centroids": golden.put(model.cluster_centers_),
        "inertia": float(model.inertia_),
        "iterations": int(model.n_iter_),
        "history": golden.put(path.history),
        "stop": path.stop,
        "relocated": path.relocated,
        "margin": path.margin,
    }


def spherical_case(golden, name, dataset, k, weighted=False):
    """Spherical k-means, not in scikit-learn: rows and centroids of length 1, similarity x.c."""
    points = load(dataset)
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    weights = row_weights(len(points), weighted)
    for seed in range(100):
        rows = np.random.RandomState(seed).choice(len(points), k, replace=False)
        runs = [spherical(points, weights, points[rows], kind) for kind in (np.float64, np.float32)]
        if np.array_equal(runs[0][1], runs[1][1]) and len(runs[0][2]) == len(runs[1][2]):
            break
    else:
        raise AssertionError("no start found that leaves no row in the balance")
    centroids, labels, history = runs[0]
    least = margin(1 - points @ centroids.T)
    print(f"{name}: {len(history)} iterations, inertia {history[-1]:.6g}, margin {least:.1e}")
    return {
        "name": name,
        "dataset": dataset,
        "rows": len(points),
        "k": k,
        "start": {"rows": golden.put(rows, "uint32")},
        "sampleWeight": golden.put(weights) if weighted else None,
        "labels": golden.put(labels, "uint8"),
        "centroids": golden.put(centroids),
        "inertia": float(weights @ (1 - (points * centroids[labels]).sum(1))),
        "iterations": len(history),
        "history": golden.put(history),
        "margin": least,
    }


def spherical(points, weights, centroids, kind):
    points, centroids = points.astype(kind), centroids.astype(kind)
    labels, history = None, []
    while True:
        similarities = points @ centroids.T
        before, labels = labels, similarities.argmax(1)
        history.append(float(weights @ (1 - similarities.max(1))))
        members = (labels == np.arange(len(centroids))[:, None]) * weights
        sums = (members @ points).astype(kind)
        centroids = sums / np.linalg.norm(sums, axis=1, keepdims=True)
        if np.array_equal(before, labels):
            return centroids, labels, history


def model_case(golden):
    """transform, predict and score of a fitted model on points that are not rows of its data."""
    points = load("iris")
    unweighted = row_weights(len(points), False)
    _, start = choose_start(points, 3, 0, unweighted, 1e-4, 300)
    model = fit(points, start, unweighted, 1e-4, 300)
    queries = points[7::15] + 0.125
    return {
        "case": "iris-3",
        "queries": golden.put(queries),
        "transform": golden.put(model.transform(queries)),
        "predict": golden.put(model.predict(queries), "uint8"),
        "score": float(model.score(queries)),
        "weightedScore": float(model.score(queries, sample_weight=1 + np.arange(len(queries)))),
    }


def seeding(golden, dataset, rows, k):
    """Greedy k-means++ over many seeds: the potential of the seeds, and the inertia Lloyd reaches."""
    points = load(dataset, rows)
    potentials, inertias = [], []
    for seed in range(SEEDS):
        seeds, _ = kmeans_plusplus(points, k, random_state=seed)
        potentials.append(squared_distances(points, seeds).min(1).sum())
        inertias.append(fit(points, seeds, None, 1e-4, 300).inertia_)
    summary = {"dataset": dataset, "rows": len(points), "k": k, "seeds": SEEDS}
    for key, values in (("potential", potentials), ("inertia", inertias)):
        summary[key] = {
            "mean": float(np.mean(values)),
            "std": float(np.std(values, ddof=1)),
            "values": golden.put(values),
        }
    print(f"seeding {dataset}: potential {summary['potential']['mean']:.6g}")
    return summary


def main():
    # Stopping at maxIter is what some cases are about.
    warnings.simplefilter("ignore", ConvergenceWarning)
    golden = Golden("kmeans")

    def case(*arguments, **options):
        return fit_case(golden, *arguments, **options)

    cases = [
        case("iris-3", "iris", 3),
        case("iris-8", "iris", 8),
        case("iris-8-tol0", "iris", 8, tol=0),
        case("iris-3-weighted", "iris", 3, weighted=True),
        case("iris-8-maxiter2", "iris", 8, max_iter=2),
        case("iris-4-empty1", "iris", 4, far=1),
        case("iris-8-empty2", "iris", 8, far=2),
        case("wine-3", "wine", 3),
        case("digits-10", "digits", 10),
        case("digits-10-tol0", "digits", 10, tol=0),
        case("digits-10-tol0.01", "digits", 10, tol=0.01),
        case("digits-10-weighted", "digits", 10, weighted=True),
        case("digits-10-maxiter3", "digits", 10, max_iter=3),
        case("digits-10-empty1", "digits", 10, far=1),
        case("digits-64", "digits", 64),
        case("mnist-10", "mnist", 10, rows=10_000),
        case("mnist-10-tol0.1", "mnist", 10, rows=10_000, tol=0.1),
        case("mnist-10-weighted", "mnist", 10, rows=10_000, weighted=True),
        case("mnist-64", "mnist", 64, rows=10_000),
        case("mnist-64-maxiter5", "mnist", 64, rows=10_000, max_iter=5),
    ]
    golden.save(
        cases=cases,
        spherical=[
            spherical_case(golden, "digits-10-cosine", "digits", 10),
            spherical_case(golden, "digits-10-cosine-weighted", "digits", 10, weighted=True),
        ],
        model=model_case(golden),
        seeding=[seeding(golden, "digits", None, 10), seeding(golden, "mnist", 2_000, 10)],
    )


main()
