"""Writes numerics.json and numerics.bin: small data sets of everyday kinds and what float64 says of them.

Each kind stands for data on which arithmetic in float32 can go wrong: groups far apart, large offsets,
dependent columns, narrow cones, long tails. K-means, spherical k-means, Gaussian mixtures and PCA all
start from the same given numbers, so that no seeding differs.

A start is kept only where the answer is a fact about the data: rows rounded to float32 (as a device
holds them, less their mean) must lead to the same labels, or to the same bound. What a mixture's bound
still moves by is stored as `sensitivity`. R's data sets come from Rscript.
"""

import io
import subprocess
import warnings

from golden_io import Golden

import numpy as np
import pathlib
import sklearn
from sklearn import datasets
from sklearn.cluster import KMeans, kmeans_plusplus
from sklearn.decomposition import IncrementalPCA, PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.mixture import GaussianMixture

TYPES = ("full", "tied", "diag", "spherical")
STARTS = 2000
# Relative, of a row's squared distances to its two nearest centroids, at every step.
LEAST_GAP = 1e-6
ITERATIONS = (30, 10)
# A mixture takes the first that float32 rows can carry, in squared units of its columns.
REG_COVARS = (1e-6, 1e-4, 1e-2, 1.0)
# What rounding the rows may move a bound by; a test's tolerance is 1e-4.
MOST_SENSITIVE = 2e-5
RANDOMIZED_SEEDS = 100
# Few, so that what the solver misses is seen above rounding.
RANDOMIZED_OPTIONS = {"n_oversamples": 2, "iterated_power": 2}
# Less is what float32 sums of variances round.
LEAST_LOST = 1e-6
COMPONENTS = 4


# --- The kinds ---------------------------------------------------------------------------------


def r(expression):
    """An R matrix or data frame of numbers, float64."""
    command = f"write.table({expression}, sep=',', row.names=FALSE, col.names=FALSE)"
    done = subprocess.run(["Rscript", "--vanilla", "-e", command], capture_output=True, check=True)
    return np.loadtxt(io.BytesIO(done.stdout), delimiter=",", ndmin=2)


def boston():
    """scikit-learn's copy of the file without its column B, which is a statement about race."""
    path = pathlib.Path(sklearn.__file__).parent / "datasets/data/boston_house_prices.csv"
    return np.delete(np.loadtxt(path, delimiter=",", skiprows=2), 11, axis=1)[:300]


def picture(rng, side):
    """Values of a smooth picture, side x side, from 0 to 255: amplitudes fall as those of photographs do."""
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(side), np.fft.rfftfreq(side), indexing="ij"))
    frequency[0, 0] = 1
    waves = rng.normal(size=frequency.shape) + 1j * rng.normal(size=frequency.shape)
    values = np.fft.irfft2(waves / frequency**3.0, s=(side, side))
    return 255 * (values - values.min()) / np.ptp(values)


def pixels(rng):
    """Colours, 0..255: three channels that follow one picture."""
    shared, *own = (picture(rng, 64) for _ in range(4))
    colours = np.stack([0.8 * shared + 0.2 * one for one in own], axis=-1).reshape(-1, 3)
    return np.round(colours[rng.choice(len(colours), 400, replace=False)])


def patches(rng):
    whole = picture(rng, 128)
    corners = rng.integers(0, 120, size=(200, 2))
    return np.array([whole[i : i + 8, j : j + 8].ravel() for i, j in corners])


def spots(rng, cities, offsets, spread, n):
    """n places in turn: near each offset in each city."""
    centres = np.array([np.add(city, offset) for city in cities for offset in offsets])
    return centres[np.arange(n) % len(centres)] + rng.normal(scale=spread, size=(n, 2))


def sessions(rng, n):
    """Unix times in seconds: three sessions of a minute on each of two days, half an hour apart."""
    starts = 1_700_000_000 + np.array([[day * 86_400 + s * 1_800] for day in (0, 1) for s in range(3)])
    return np.sort(starts[np.arange(n) % 6] + rng.integers(0, 60, size=(n, 1)), axis=0).astype(float)


def counts(rng):
    """Events in 16 places: overdispersed, two kinds of day, rates from 0.05 to 50."""
    rates = np.geomspace(0.05, 50, 16) * rng.gamma(2, 0.5, size=(300, 1))
    busy = (rng.random((300, 1)) < 0.3) * (np.arange(16) % 3 == 0)
    return rng.poisson(rates * (1 + 2 * busy)).astype(float)


def documents(rng):
    """Word counts by Zipf's law, three topics."""
    topics = rng.dirichlet(2 / np.arange(1, 65), size=3)
    return np.array([rng.multinomial(40, topics[i % 3]) for i in range(200)])


def one_hot(rng):
    """Three categories of 5, 6 and 5 values; in each the columns sum to 1."""
    group = rng.integers(0, 3, size=300)
    parts = []
    for size in (5, 6, 5):
        usual = rng.integers(0, size, size=3)[group]
        value = np.where(rng.random(300) < 0.6, usual, rng.integers(0, size, size=300))
        parts.append(np.eye(size)[value])
    return np.hstack(parts)


def word_vectors(rng):
    """Directions about a common one, with a spectrum that falls slowly; lengths near 1."""
    topic = rng.normal(size=(12, 50)) / np.sqrt(1 + np.arange(50))
    rows = 0.6 + topic[np.arange(200) % 12] + 0.6 * rng.normal(size=(200, 50)) / np.sqrt(1 + np.arange(50))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True) * rng.lognormal(0, 0.1, size=(200, 1))


def narrow_cone(rng):
    """Unit rows about one direction, in four groups: 1 - cos is about 1e-7."""
    centre = rng.normal(size=24)
    centre /= np.linalg.norm(centre)
    groups = 1e-3 * rng.normal(size=(4, 24)) / np.sqrt(24)
    rows = centre + groups[np.arange(240) % 4] + 3e-4 * rng.normal(size=(240, 24)) / np.sqrt(24)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def two_groups(rng, n, d):
    return rng.normal(size=(n, d)) + 3.0 * (np.arange(n) % 2)[:, None]


def dependent(rng):
    """Three columns of which the third is the sum of the others."""
    a, b = two_groups(rng, 300, 2).T * 10
    return np.stack([a, b, a + b], axis=1)


def correlated(rng, noise):
    """Two columns that differ by little, and a third."""
    a, b = two_groups(rng, 300, 2).T
    return np.stack([a, a + noise * rng.normal(size=300), b], axis=1)


def counties(rng):
    """People, of them men and women (which add up), households, area, income; whole numbers."""
    people = np.round(rng.lognormal(10, 1.2, size=250))
    men = np.round(people * rng.normal(0.495, 0.01, size=250))
    households = np.round(people / rng.normal(2.6, 0.2, size=250))
    area = np.round(rng.lognormal(7, 0.8, size=250))
    income = np.round(rng.normal(52_000, 9_000, size=250))
    return np.stack([people, men, people - men, households, area, income], axis=1)


def sizes(rng):
    """A crowd of 1,000 rows and one of a single row."""
    return np.vstack([rng.normal(size=(1000, 2)), [[40.0, 40.0]]])


def sklearn_made(name, n, **options):
    made = getattr(datasets, f"make_{name}")(n_samples=n, random_state=0, **options)
    return made[0] if isinstance(made, tuple) else made


# Name, data, k. The order decides what each kind draws from the random numbers: append only.
PARIS, NEW_YORK, BERLIN = (48.8563, 2.3519), (40.7127, -74.0061), (52.52, 13.405)
WORLD = (PARIS, NEW_YORK, (35.68, 139.69), (-33.87, 151.21), (-23.55, -46.63), (30.04, 31.24))
KINDS = (
    ("breast cancer", lambda _: datasets.load_breast_cancer().data[:300], 2),
    ("diabetes", lambda _: datasets.load_diabetes().data[:300], 3),
    ("linnerud", lambda _: np.hstack(datasets.load_linnerud(return_X_y=True)), 2),
    ("picture, pixels (synthetic)", pixels, 5),
    ("picture, patches (synthetic)", patches, 4),
    ("moons", lambda _: sklearn_made("moons", 300, noise=0.05), 2),
    ("circles", lambda _: sklearn_made("circles", 300, noise=0.05, factor=0.5), 2),
    ("S-curve", lambda _: sklearn_made("s_curve", 300), 4),
    ("swiss roll", lambda _: sklearn_made("swiss_roll", 300), 4),
    (
        "redundant columns",
        lambda _: sklearn_made(
            "classification", 300, n_features=12, n_informative=4, n_redundant=6, n_repeated=2
        ),
        3,
    ),
    (
        "low rank",
        lambda _: sklearn_made("low_rank_matrix", 200, n_features=40, effective_rank=6, tail_strength=0.1),
        3,
    ),
    ("Gaussian quantiles", lambda _: sklearn_made("gaussian_quantiles", 300, n_features=4), 3),
    ("sheared blobs", lambda _: sklearn_made("blobs", 300) @ [[0.6, -0.64], [-0.4, 0.85]], 3),
    ("sizes 1000 to 1", sizes, 2),
    ("Student's t", lambda rng: rng.standard_t(2, size=(300, 4)), 3),
    ("lognormal", lambda rng: rng.lognormal(0, 2, size=(300, 4)), 3),
    ("counts", counts, 3),
    ("tf-idf", lambda rng: TfidfTransformer().fit_transform(documents(rng)).toarray(), 3),
    ("one-hot", one_hot, 3),
    ("timestamps, s", lambda rng: sessions(rng, 240), 6),
    ("timestamps, ms", lambda rng: 1000 * sessions(rng, 240) + rng.integers(0, 1000, size=(240, 1)), 6),
    (
        "timestamps and a value",
        lambda rng: np.hstack([sessions(rng, 240), np.round(rng.normal(70, 8, size=(240, 1)))]),
        6,
    ),
    (
        "places in a city",
        lambda rng: spots(rng, [BERLIN], [(0, 0), (0.05, 0.02), (-0.03, 0.08), (0.02, -0.09)], 0.012, 240),
        4,
    ),
    ("places in the world", lambda rng: spots(rng, WORLD, [(0, 0), (3, 2), (-1, 4)], 2.0, 240), 6),
    (
        "six spots in two cities",
        lambda rng: np.round(
            spots(rng, [PARIS, NEW_YORK], [(0, 0), (0.009, 0.0002), (0.0045, 0.012)], 2e-4, 240), 6
        ),
        6,
    ),
    (
        "duplicates",
        lambda rng: np.round(rng.normal(size=(8, 3)), 1)[rng.choice(8, 300, p=np.arange(8, 0, -1) / 36)],
        4,
    ),
    ("word vectors (synthetic)", word_vectors, 4),
    ("narrow cone", narrow_cone, 4),
    ("quakes", lambda _: r("datasets::quakes[1:300, ]"), 4),
    ("USArrests", lambda _: r("datasets::USArrests"), 3),
    ("swiss", lambda _: r("datasets::swiss"), 3),
    ("rock", lambda _: r("datasets::rock"), 3),
    ("attitude", lambda _: r("datasets::attitude"), 2),
    ("trees", lambda _: r("datasets::trees"), 2),
    ("volcano", lambda _: r("datasets::volcano"), 3),
    ("eurodist", lambda _: r("as.matrix(datasets::eurodist)"), 2),
    ("state.x77", lambda _: r("datasets::state.x77"), 3),
    ("Boston", lambda _: boston(), 3),
    ("dependent columns", dependent, 2),
    ("fewer rows than columns", lambda rng: rng.normal(size=(40, 60)), 2),
    ("columns alike to 1e-3", lambda rng: correlated(rng, 1e-3), 2),
    ("columns alike to 1e-4", lambda rng: correlated(rng, 1e-4), 2),
    ("counties (synthetic)", counties, 3),
)
# Directions mean something, or lie in a narrow cone.
COSINE = {
    "breast cancer",
    "picture, pixels (synthetic)",
    "counts",
    "tf-idf",
    "one-hot",
    "places in a city",
    "places in the world",
    "word vectors (synthetic)",
    "narrow cone",
    "USArrests",
    "volcano",
    "eurodist",
    "counties (synthetic)",
}
# Any two rows have one of few distances: from rows as a start, many tie.
ALL_TIES = {"one-hot"}
# All four kinds of covariance.
ALL_TYPES = {"breast cancer", "Student's t", "lognormal", "counts", "one-hot", "quakes", "state.x77"}
# 'full' and 'tied': columns depend on each other, are many, or differ much in scale. Elsewhere 'full'.
TIED = {
    "picture, patches (synthetic)",
    "redundant columns",
    "low rank",
    "tf-idf",
    "timestamps and a value",
    "places in the world",
    "six spots in two cities",
    "duplicates",
    "word vectors (synthetic)",
    "narrow cone",
    "volcano",
    "eurodist",
    "Boston",
    "dependent columns",
    "fewer rows than columns",
    "columns alike to 1e-3",
    "columns alike to 1e-4",
    "counties (synthetic)",
}
# Components that the randomized solver is asked for.
RANDOMIZED = {
    "low rank": 6,
    "counts": 4,
    "tf-idf": 6,
    "one-hot": 6,
    "word vectors (synthetic)": 6,
    "fewer rows than columns": 6,
}
# Where the variance beyond the first component is compared.
NOISE = {"timestamps and a value", "places in the world", "counties (synthetic)", "quakes"}
DEFLATION = {"redundant columns", "dependent columns", "USArrests"}


# --- Rows as a device holds them ---------------------------------------------------------------


def held(points):
    """The rows less their mean in float32, and such rows with one more rounding of each number."""
    mean = points.mean(0)
    rounded = (points - mean).astype(np.float32).astype(float)
    noise = np.random.default_rng(1).uniform(-1, 1, size=points.shape)
    return rounded, rounded * (1 + 2.0**-24 * noise)


# --- K-means -----------------------------------------------------------------------------------


def directions(points):
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def lloyd(points, start, metric, kind=np.float64, offset=0.0):
    """Lloyd's iterations by direct differences in `kind`, until the labels stay.

    For 'cosine' the rows have length 1 once `offset` is added, and so have the centroids.
    Returns labels, centroids and the path of labels; None where a cluster loses all its rows, or a row
    is nearly as close to a second centroid, so that rounding breaks the tie.
    """
    centroids, path = start, []
    while len(path) < 300:
        difference = points.astype(kind)[:, None] - centroids.astype(kind)
        distances = (difference**2).sum(2)
        labels = distances.argmin(1)
        first, second = np.partition(distances, 1, axis=1)[:, :2].T
        if ((second - first) <= LEAST_GAP * second).any():
            return None
        if len(np.unique(labels)) < len(start):
            return None
        if path and np.array_equal(labels, path[-1]):
            return labels, centroids, path
        path.append(labels)
        centroids = np.array([points[labels == j].mean(0) for j in range(len(start))])
        if metric == "cosine":
            centroids = directions(centroids + offset) - offset
    raise AssertionError("Lloyd's iterations do not end")


def same_path(points, start, metric, path):
    """Whether rows as a device holds them, and float32 differences, lead the same way."""
    mean = points.mean(0)
    # Rows may be scaled to length 1 in float32.
    scaled = [points.astype(np.float32) - mean] if metric == "cosine" else []
    for rows in (*held(points), *scaled):
        found = lloyd(rows, (start - mean), metric, np.float32, mean)
        if found is None or len(found[2]) != len(path):
            return False
        if not all(map(np.array_equal, found[2], path)):
            return False
    return True


def objective(points, centroids, labels, metric):
    """The sum of squared distances; of 1 - cos, which is half of that between unit rows."""
    total = ((points - centroids[labels]) ** 2).sum()
    return float(total / 2 if metric == "cosine" else total)


def agrees(points, start, labels, inertia):
    """Whether scikit-learn comes to the same; where rows tie it may not."""
    model = KMeans(len(start), init=start, n_init=1, algorithm="lloyd", tol=0).fit(points)
    return np.array_equal(model.labels_, labels) and abs(model.inertia_ / inertia - 1) < 1e-9


def start_of(rows, k, metric, seed, all_tie):
    """Rows by k-means++; where rows are all as far from each other, means of a tenth of them each."""
    if not all_tie:
        return kmeans_plusplus(rows, k, random_state=seed)[0]
    order = np.random.RandomState(seed).permutation(len(rows))
    means = np.array([rows[part].mean(0) for part in np.array_split(order, 10)[:k]])
    return directions(means) if metric == "cosine" else means


def clustering_case(golden, name, points, k, metric):
    """The first start by k-means++ from which no row is ever in the balance."""
    rows = directions(points) if metric == "cosine" else points
    for seed in range(STARTS):
        start = start_of(rows, k, metric, seed, name in ALL_TIES)
        found = lloyd(rows, start, metric)
        if found is None or not same_path(rows, start, metric, found[2]):
            continue
        labels, centroids, path = found
        inertia = objective(rows, centroids, labels, metric)
        if metric == "cosine" or agrees(rows, start, labels, inertia):
            break
    else:
        raise AssertionError(f"{name}: no start found that leaves no row in the balance")
    print(f"{name}, {metric}: seed {seed}, {len(path)} iterations, {inertia:.6g}")
    return {
        "start": golden.put(start),
        "labels": golden.put(labels, "uint8"),
        "inertia": inertia,
        "iterations": len(path),
    }, labels


# --- Mixtures ----------------------------------------------------------------------------------


class RecordedMixture(GaussianMixture):
    """Keeps the lower bound of every iteration."""

    def fit(self, points):
        self.history = []
        return super().fit(points)

    def _compute_lower_bound(self, log_resp, log_prob_norm):
        bound = super()._compute_lower_bound(log_resp, log_prob_norm)
        self.history.append(float(bound))
        return bound


def fit_mixture(points, k, kind, means, precisions, reg_covar, iterations):
    d = points.shape[1]
    model = RecordedMixture(
        k,
        covariance_type=kind,
        tol=0,
        max_iter=iterations,
        reg_covar=reg_covar,
        weights_init=np.full(k, 1 / k),
        means_init=means,
        precisions_init={
            "full": np.tile(np.diag(precisions), (k, 1, 1)),
            "tied": np.diag(precisions),
            "diag": np.tile(precisions, (k, 1)),
            "spherical": np.full(k, 1 / (1 / precisions).mean()),
        }[kind],
    )
    return model.fit(points)


def mixture_case(points, k, kind, means, precisions, reg_covar, iterations):
    """A fit, and by how much its bound and score move when the rows are rounded.

    Of rows less their mean, which changes nothing but this: scikit-learn's 'tied' and 'diag' subtract
    means of squares, and even in float64 lose the variance of timestamps.
    """
    mean = points.mean(0)
    arguments = (k, kind, means - mean, precisions, reg_covar, iterations)
    exact = fit_mixture(points - mean, *arguments)
    score = exact.score(points - mean)
    moved = []
    for rows in held(points):
        other = fit_mixture(rows, *arguments)
        moved += [abs(other.lower_bound_ - exact.lower_bound_), abs(other.score(rows) - score)]
    return {
        "covarianceType": kind,
        "iterations": iterations,
        "regCovar": reg_covar,
        "lowerBound": float(exact.lower_bound_),
        "score": float(score),
        "sensitivity": float(max(moved)),
    }


def well_posed_mixture(name, points, k, kind, means, precisions):
    """The least regCovar, and the most iterations, at which rounding leaves the bound where it is."""
    for reg_covar in REG_COVARS:
        for iterations in ITERATIONS:
            try:
                case = mixture_case(points, k, kind, means, precisions, reg_covar, iterations)
            except ValueError as error:
                # Not positive definite even in float64.
                print(f"{name}, {kind}, regCovar {reg_covar}: {error}")
                continue
            if case["sensitivity"] <= MOST_SENSITIVE:
                print(f"{name}: {case}")
                return case
    raise AssertionError(f"{name}, {kind}: rounding decides the bound")


def mixtures(golden, name, points, k, labels):
    """All from even weights, the means of labels, and their pooled variance of each column."""
    means = np.array([points[labels == j].mean(0) for j in range(k)])
    precisions = 1 / (((points - means[labels]) ** 2).mean(0) + REG_COVARS[0])
    types = TYPES if name in ALL_TYPES else TYPES[: 2 if name in TIED else 1]
    return {
        "means": golden.put(means),
        "precisions": golden.put(precisions),
        "cases": [
            well_posed_mixture(name, points, k, kind, means, precisions) for kind in types
        ],
    }


# --- PCA ---------------------------------------------------------------------------------------


def variances(points):
    return PCA(svd_solver="full").fit(points).explained_variance_


def storage_errors(points, exact):
    """Relative errors of variances from rows held in float32: above 1e-10 of the first, and to 1e-12."""
    errors = np.max([np.abs(variances(rows) / exact - 1) for rows in held(points)], axis=0)
    share = exact / exact[0]
    bands = share > 1e-10, (share > 1e-12) & (share <= 1e-10)
    return [float(errors[band].max(initial=0)) for band in bands]


def lost(points, exact, t):
    """How much of the first t variances the randomized solver misses over many seeds.

    Shares spread over powers of ten, so their logarithms are what is averaged; shares below
    LEAST_LOST count as that.
    """
    logs = []
    for seed in range(RANDOMIZED_SEEDS):
        model = PCA(t, svd_solver="randomized", random_state=seed, **RANDOMIZED_OPTIONS).fit(points)
        logs.append(np.log(max(1 - model.explained_variance_.sum() / exact[:t].sum(), LEAST_LOST)))
    return {"meanLog": float(np.mean(logs)), "stdLog": float(np.std(logs, ddof=1))}


def noise_variances(points, exact):
    """What one component leaves, a column: of all rows at once, and where they come in batches."""
    d = points.shape[1]
    kept = IncrementalPCA(1, batch_size=5 * d).fit(points).explained_variance_[0]
    return {"covariance": float(exact[1:].mean()), "incremental": float((exact.sum() - kept) / (d - 1))}


def pca_case(golden, name, points):
    model = PCA(svd_solver="full").fit(points)
    exact = model.explained_variance_
    first, second = storage_errors(points, exact)
    print(f"{name}, PCA: {len(exact)} variances, smallest share {exact[-1] / exact[0]:.1e}, storage alone {first:.1e}, {second:.1e}")
    randomized = None
    if name in RANDOMIZED:
        t = RANDOMIZED[name]
        randomized = {"nComponents": t, "lost": lost(points, exact, t)}
        print(f"{name}: {randomized}")
    return {
        "explainedVariance": golden.put(exact),
        "components": golden.put(model.components_[:COMPONENTS]),
        "storageError": [first, second],
        "randomized": randomized,
        "noiseVariance": noise_variances(points, exact) if name in NOISE else None,
        "deflation": name in DEFLATION,
    }


# --- All together ------------------------------------------------------------------------------


def compact(golden, points):
    """Stored in the smallest type that holds every value."""
    for kind in ("uint8", "float32"):
        with np.errstate(invalid="ignore", over="ignore"):
            if np.array_equal(points.astype(kind), points):
                return golden.put(points, kind)
    return golden.put(points)


def kind_case(golden, index, name, make, k):
    points = np.ascontiguousarray(make(np.random.default_rng(index)), dtype=float)
    clustering, labels = clustering_case(golden, name, points, k, "euclidean")
    return {
        "name": name,
        "k": k,
        "points": compact(golden, points),
        "kmeans": clustering,
        "cosine": clustering_case(golden, name, points, k, "cosine")[0] if name in COSINE else None,
        "mixture": mixtures(golden, name, points, k, labels),
        "pca": pca_case(golden, name, points) if points.shape[1] > 1 else None,
    }


def main():
    # Iterations are given, so that no mixture converges by its own rule.
    warnings.simplefilter("ignore", ConvergenceWarning)
    golden = Golden("numerics")
    golden.save(leastLost=LEAST_LOST, kinds=[kind_case(golden, i, *kind) for i, kind in enumerate(KINDS)])


if __name__ == "__main__":
    main()
