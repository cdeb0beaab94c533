"""Writes boltzmann.json: what scikit-learn's BernoulliRBM makes of bars and stripes of 4 x 4 pixels.

The machine's weights, its hidden probabilities and free energies of all pictures, and of ten machines learnt from
ten seeds the pseudo-likelihood: the mean over the pictures of sum_j log p(x_j | the others), all columns, where
BernoulliRBM.score_samples draws one.
"""

import json
from pathlib import Path

import numpy as np
from scipy.special import expit
from sklearn.neural_network import BernoulliRBM

SIDE = 4
UNITS = 8
SETTINGS = {"learning_rate": 0.2, "batch_size": 8, "n_iter": 200}


def pictures():
    bits = (np.arange(2**SIDE)[:, None] >> np.arange(SIDE)) & 1
    bars = np.repeat(bits[:, None, :], SIDE, axis=1).reshape(-1, SIDE * SIDE)
    stripes = np.repeat(bits[:, :, None], SIDE, axis=2).reshape(-1, SIDE * SIDE)
    return np.concatenate([bars, stripes]).astype(float)


def pseudo_likelihood(machine, x):
    total = np.zeros(len(x))
    energies = machine._free_energy(x)
    for j in range(x.shape[1]):
        flipped = x.copy()
        flipped[:, j] = 1 - flipped[:, j]
        total += np.log(expit(machine._free_energy(flipped) - energies))
    return float(total.mean())


def fitted(x, seed):
    return BernoulliRBM(UNITS, random_state=seed, **SETTINGS).fit(x)


x = pictures()
machine = fitted(x, 0)
for name in ("components_", "intercept_hidden_", "intercept_visible_"):
    setattr(machine, name, getattr(machine, name).astype(np.float32).astype(float))
golden = {
    "weights": machine.components_.T.ravel().tolist(),
    "hiddenBias": machine.intercept_hidden_.tolist(),
    "visibleBias": machine.intercept_visible_.tolist(),
    "hidden": machine.transform(x).ravel().tolist(),
    "freeEnergies": machine._free_energy(x).tolist(),
    "pseudoLikelihoods": [pseudo_likelihood(fitted(x, seed), x) for seed in range(10)],
}
Path(__file__).with_name("boltzmann.json").write_text(json.dumps(golden) + "\n")
