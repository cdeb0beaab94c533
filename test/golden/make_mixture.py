"""Writes mixture.json and mixture.bin: scikit-learn's two Gaussian mixtures (float64).

GaussianMixture from given weights, means and precisions; BayesianGaussianMixture from given
responsibilities (one component a row, by label), set by overriding its initialisation. Every case
runs 50 iterations at tol = 0 and once more to convergence at tol = 1e-3. A case whose outcome
would change under float32 rounding of its data is refused.
"""

import warnings

from golden_io import Golden, load

import numpy as np
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import BayesianGaussianMixture, GaussianMixture

COVARIANCE_TYPES = ("full", "tied", "diag", "spherical")
STOPS = ({"tol": 0.0, "max_iter": 50}, {"tol": 1e-3, "max_iter": 500})
DATASETS = (("faithful", 2), ("iris", 3), ("digits_pca16", 10), ("wine", 3))
PROBE_ROWS = 12


class Recorded:
    """Keeps the lower bound of every iteration."""

    def fit(self, points):
        self.history = []
        return super().fit(points)

    def _compute_lower_bound(self, log_resp, log_prob_norm):
        bound = super()._compute_lower_bound(log_resp, log_prob_norm)
        self.history.append(float(bound))
        return bound


class RecordedMixture(Recorded, GaussianMixture):
    pass


class RecordedBayesianMixture(Recorded, BayesianGaussianMixture):
    """Starts from `self.start_labels`: row i belongs wholly to component start_labels[i]."""

    def _initialize_parameters(self, X, random_state):
        self._initialize(X, np.eye(self.n_components)[self.start_labels])


def clusters(points, k):
    """Labels to start from: K-means from k rows spread over the data."""
    start = points[:: len(points) // k][:k]
    return KMeans(k, init=start, n_init=1, algorithm="lloyd").fit(points).labels_


def start_of(points, k, covariance_type):
    """Even weights, K-means centroids, and the precision of the whole data for every component."""
    labels = clusters(points, k)
    covariance = np.cov(points.T)
    variance = covariance.diagonal()
    return {
        "weights_init": np.full(k, 1 / k),
        "means_init": np.array([points[labels == j].mean(0) for j in range(k)]),
        "precisions_init": {
            "full": np.tile(np.linalg.inv(covariance), (k, 1, 1)),
            "tied": np.linalg.inv(covariance),
            "diag": np.tile(1 / variance, (k, 1)),
            "spherical": np.full(k, 1 / variance.mean()),
        }[covariance_type],
    }


def fit_mixture(points, k, covariance_type, stop, start):
    return RecordedMixture(k, covariance_type=covariance_type, **stop, **start).fit(points)


def fit_bayesian(points, k, covariance_type, stop, priors, labels):
    model = RecordedBayesianMixture(
        n_components=k, covariance_type=covariance_type, **stop, **priors
    )
    model.start_labels = labels
    return model.fit(points)


def rounding(name, points, fit):
    """The largest relative change of means and weights when the data are rounded to float32."""
    exact, rounded = fit(points), fit(points.astype(np.float32).astype(np.float64))
    scale = points.std(0)
    change = max(
        np.abs((rounded.means_ - exact.means_) / scale).max(),
        np.abs(rounded.weights_ - exact.weights_).max(),
    )
    same = np.array_equal(exact.predict(points), rounded.predict(points))
    print(f"{name}: {exact.n_iter_} iterations, bound {exact.lower_bound_:.8g}, {change:.1e}")
    if not same or change > 1e-5 or rounded.n_iter_ != exact.n_iter_:
        raise AssertionError(f"{name}: rounding decides the outcome")
    return exact


def probe_rows(points):
    return np.arange(PROBE_ROWS) * (len(points) // PROBE_ROWS)


def outcome(golden, model, points):
    """What both kinds of mixture have once fitted."""
    rows = probe_rows(points)
    proba = np.sort(model.predict_proba(points), axis=1)
    return {
        "iterations": int(model.n_iter_),
        "converged": bool(model.converged_),
        "lowerBound": float(model.lower_bound_),
        "history": golden.put(model.history),
        "score": float(model.score(points)),
        "margin": float((proba[:, -1] - proba[:, -2]).min()),
        "weights": golden.put(model.weights_),
        "means": golden.put(model.means_),
        "covariances": golden.put(model.covariances_),
        "precisions": golden.put(model.precisions_),
        "precisionsCholesky": golden.put(model.precisions_cholesky_),
        "labels": golden.put(model.predict(points), "uint8"),
        "probeRows": golden.put(rows, "uint32"),
        "predictProba": golden.put(model.predict_proba(points[rows])),
        "scoreSamples": golden.put(model.score_samples(points[rows])),
    }


def heading(dataset, points, k, covariance_type, stop):
    return {
        "name": f"{dataset}-{k}-{covariance_type}-tol{stop['tol']:g}",
        "dataset": dataset,
        "rows": len(points),
        "k": k,
        "covarianceType": covariance_type,
        "tol": stop["tol"],
        "maxIter": stop["max_iter"],
        "regCovar": 1e-6,
    }


def mixture_cases(golden):
    for dataset, k in DATASETS:
        points = load(dataset)
        for covariance_type in COVARIANCE_TYPES:
            start = start_of(points, k, covariance_type)
            given = {key.removesuffix("_init"): golden.put(value) for key, value in start.items()}
            for stop in STOPS:
                head = heading(dataset, points, k, covariance_type, stop)
                model = rounding(
                    head["name"], points, lambda x: fit_mixture(x, k, covariance_type, stop, start)
                )
                yield {
                    **head,
                    "start": given,
                    **outcome(golden, model, points),
                    "bic": float(model.bic(points)),
                    "aic": float(model.aic(points)),
                }


def bayesian_cases(golden):
    plain = [
        (dataset, k, covariance_type, {"weight_concentration_prior_type": prior_type})
        for prior_type in ("dirichlet_process", "dirichlet_distribution")
        for dataset, k in (("faithful", 5), ("iris", 6))
        for covariance_type in COVARIANCE_TYPES
    ]
    own_priors = [
        (
            "faithful",
            5,
            covariance_type,
            {
                "weight_concentration_prior_type": prior_type,
                "weight_concentration_prior": concentration,
                "mean_precision_prior": 0.5,
                "mean_prior": [3.0, 70.0],
                "degrees_of_freedom_prior": 4.0,
                "covariance_prior": {"full": [[1.0, 0.5], [0.5, 100.0]], "diag": [1.0, 100.0]}[
                    covariance_type
                ],
            },
        )
        for prior_type, concentration in (
            ("dirichlet_process", 0.01),
            ("dirichlet_distribution", 100.0),
        )
        for covariance_type in ("full", "diag")
    ]
    for dataset, k, covariance_type, priors in plain + own_priors:
        points = load(dataset)
        labels = clusters(points, k)
        given = golden.put(labels, "uint8")
        for stop in STOPS:
            head = heading(dataset, points, k, covariance_type, stop)
            short = {"dirichlet_process": "dp", "dirichlet_distribution": "dd"}
            own = "-priors" if len(priors) > 1 else ""
            head["name"] += f"-{short[priors['weight_concentration_prior_type']]}{own}"
            model = rounding(
                head["name"],
                points,
                lambda x: fit_bayesian(x, k, covariance_type, stop, priors, labels),
            )
            yield {
                **head,
                "startLabels": given,
                "weightConcentrationPriorType": model.weight_concentration_prior_type,
                "weightConcentrationPrior": float(model.weight_concentration_prior_),
                "meanPrecisionPrior": float(model.mean_precision_prior_),
                "meanPrior": golden.put(model.mean_prior_),
                "degreesOfFreedomPrior": float(model.degrees_of_freedom_prior_),
                "covariancePrior": golden.put(model.covariance_prior_),
                **outcome(golden, model, points),
                "weightConcentration": golden.put(model.weight_concentration_),
                "meanPrecision": golden.put(model.mean_precision_),
                "degreesOfFreedom": golden.put(model.degrees_of_freedom_),
            }


def main():
    # Fifty iterations at tol = 0 never converge, and are meant not to.
    warnings.simplefilter("ignore", ConvergenceWarning)
    golden = Golden("mixture")
    golden.save(mixtures=list(mixture_cases(golden)), bayesian=list(bayesian_cases(golden)))


main()
