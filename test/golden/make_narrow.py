"""Writes narrow.json and narrow.bin: scikit-learn's mixtures of rows that leave directions (almost) empty.

Dependent columns, fewer rows than columns, one-hot categories, columns correlated up to 1e-4, columns of
very different scales: float32 sums of such rows lose what is left of the least variances, and regCovar
with it. The rows are made here, of numbers that float32 holds. GaussianMixture from K-means centroids
with the columns' variances; BayesianGaussianMixture from given responsibilities.
"""

import warnings

from golden_io import Golden

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import BayesianGaussianMixture, GaussianMixture

ITERATIONS = 20


def single(rows):
    return np.asarray(rows, np.float32).astype(np.float64)


def data_sets():
    """Rows of each kind, the components to fit, and regCovar."""
    random = np.random.default_rng(7)
    a, b = random.normal(size=(2, 300))
    a[150:] += 4
    yield "dependent", single(np.c_[10 * a, 10 * b, 10 * (a + b)]), 2, 1e-6
    yield "few-rows", single(random.normal(size=(40, 60))), 2, 1e-6
    categories = random.integers(0, 5, 200), random.integers(0, 4, 200)
    yield "one-hot", np.c_[np.eye(5)[categories[0]], np.eye(4)[categories[1]]], 3, 1e-6
    for noise in (1e-3, 1e-4):
        x = random.normal(size=300)
        x[150:] += 3
        near = x + noise * random.normal(size=300)
        for reg_covar in (1e-6, 0):
            name = f"correlated-{noise:g}{'' if reg_covar else '-unregularised'}"
            yield name, single(np.c_[x, near, random.normal(size=300)]), 2, reg_covar
    people = np.exp(random.normal(10, 1, 200)).round()
    women = (0.51 * people + 40 * random.normal(size=200)).round()
    share, age = random.uniform(0, 1, 200), random.uniform(20, 60, 200)
    area = np.exp(random.normal(8, 0.5, 200)).round(1)
    yield "counties", single(np.c_[people, women, people - women, area, age, share]), 2, 1.0


class Recorded:
    """Keeps the lower bound of every iteration, and starts from `self.start_labels` where there are any."""

    start_labels = None

    def fit(self, points):
        self.history = []
        return super().fit(points)

    def _compute_lower_bound(self, log_resp, log_prob_norm):
        bound = super()._compute_lower_bound(log_resp, log_prob_norm)
        self.history.append(float(bound))
        return bound

    def _initialize_parameters(self, X, random_state):
        if self.start_labels is None:
            super()._initialize_parameters(X, random_state)
        else:
            self._initialize(X, np.eye(self.n_components)[self.start_labels])


class RecordedMixture(Recorded, GaussianMixture):
    pass


class RecordedBayesianMixture(Recorded, BayesianGaussianMixture):
    pass


def labels_of(points, k):
    """Labels to start from: by the order of the first column."""
    return np.argsort(np.argsort(points[:, 0], kind="stable")) * k // len(points)


def start_of(points, k, labels, covariance_type):
    precision = np.diag(1 / points.var(0))
    return {
        "weights_init": np.full(k, 1 / k),
        "means_init": np.array([points[labels == j].mean(0) for j in range(k)]),
        "precisions_init": precision if covariance_type == "tied" else np.tile(precision, (k, 1, 1)),
    }


def outcome(golden, model, points):
    return {
        "lowerBound": float(model.lower_bound_),
        "history": golden.put(model.history),
        "score": float(model.score(points)),
    }


def cases(golden):
    for dataset, points, k, reg_covar in data_sets():
        rows = golden.put(points)
        labels = labels_of(points, k)
        for covariance_type in ("full", "tied"):
            options = {
                "n_components": k,
                "covariance_type": covariance_type,
                "reg_covar": reg_covar,
                "tol": 0.0,
                "max_iter": ITERATIONS,
            }
            start = start_of(points, k, labels, covariance_type)
            model = RecordedMixture(**options, **start).fit(points)
            bayesian = RecordedBayesianMixture(**options)
            bayesian.start_labels = labels
            bayesian.fit(points)
            name = f"{dataset}-{covariance_type}"
            print(f"{name}: {model.lower_bound_:.8g}, Bayesian {bayesian.lower_bound_:.8g}")
            yield {
                "name": name,
                "points": rows,
                "k": k,
                "covarianceType": covariance_type,
                "regCovar": reg_covar,
                "maxIter": ITERATIONS,
                "start": {
                    key.removesuffix("_init"): golden.put(value) for key, value in start.items()
                },
                "startLabels": golden.put(labels, "uint8"),
                **outcome(golden, model, points),
                "bic": float(model.bic(points)),
                "bayesian": outcome(golden, bayesian, points),
            }


def main():
    # Iterations at tol = 0 never converge, and are meant not to.
    warnings.simplefilter("ignore", ConvergenceWarning)
    golden = Golden("narrow")
    golden.save(cases=list(cases(golden)))


main()
