"""The recipes of docs/deep.md in PyTorch: accuracies by method and seed, a line of JSON for each seed.

    /usr/bin/python3 build/deep_peer.py SEEDS        (Debian's python3-torch and python3-sklearn)
"""

import json
import sys

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits

SIZES = [64, 128, 128, 256, 10]
K, BATCH, PRETRAIN, EPOCHS, RUNS = 10, 256, 100, 60, 20

torch.set_num_threads(1)
raw, truth = load_digits(return_X_y=True)
x = raw - raw.mean(axis=0)
x = torch.tensor(x / np.sqrt((x**2).mean()), dtype=torch.float32)


def accuracy(labels):
    table = np.zeros((K, K))
    np.add.at(table, (labels, truth), 1)
    rows, columns = linear_sum_assignment(-table)
    return table[rows, columns].sum() / len(truth)


def chain(sizes):
    layers = []
    for at, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        layers.append(torch.nn.Linear(inputs, outputs))
        if at < len(sizes) - 2:
            layers.append(torch.nn.ReLU())
    return torch.nn.Sequential(*layers)


def batches():
    order = torch.randperm(len(x))
    return [order[at : at + BATCH] for at in range(0, len(x), BATCH)]


def pretrained():
    encoder, decoder = chain(SIZES), chain(SIZES[::-1])
    optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=3e-3)
    for epoch in range(PRETRAIN):
        for group in optimizer.param_groups:
            group["lr"] = 3e-3 * (1 + np.cos(np.pi * epoch / PRETRAIN)) / 2
        for batch in batches():
            loss = ((decoder(encoder(x[batch])) - x[batch]) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return encoder.state_dict(), decoder.state_dict()


def shares(z, m):
    q = 1 / (1 + torch.cdist(z, m) ** 2)
    return q / q.sum(1, keepdim=True)


def joint(method, state, start, first):
    encoder, decoder = chain(SIZES), chain(SIZES[::-1])
    encoder.load_state_dict(state[0])
    decoder.load_state_dict(state[1])
    centres = torch.tensor(start, requires_grad=method != "dcn")
    counts = torch.full((K,), 100.0)
    parameters = [*encoder.parameters()]
    if method != "dec":
        parameters += decoder.parameters()
    if method != "dcn":
        parameters.append(centres)
    optimizer = torch.optim.Adam(parameters, lr=1e-3)
    labels, p = first, None
    for epoch in range(EPOCHS):
        if method in ("dec", "idec"):
            with torch.no_grad():
                q = shares(encoder(x), centres)
                f = q**2 / q.sum(0)
                p = f / f.sum(1, keepdim=True)
                before, labels = labels, q.argmax(1).numpy()
            if epoch > 0 and (before != labels).mean() <= 1e-3:
                break
        for batch in batches():
            z = encoder(x[batch])
            distance = torch.cdist(z, centres) ** 2 if method != "dkm" else None
            if method == "dkm":
                distance = ((z[:, None] - centres[None]) ** 2).sum(2)
                g = torch.softmax(-1000 * distance, 1)
                loss = 0.1 * (g * distance).sum(1).mean()
            elif method == "dcn":
                own = distance.argmin(1)
                loss = 0.1 * ((z - centres[own]) ** 2).sum(1).mean()
            else:
                q = shares(z, centres)
                divergence = (p[batch] * (p[batch] / q).log()).sum(1).mean()
                loss = divergence * (1 if method == "dec" else 0.1)
            if method == "idec":
                loss = loss + ((decoder(z) - x[batch]) ** 2).mean()
            elif method != "dec":
                loss = loss + ((decoder(z) - x[batch]) ** 2).sum(1).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if method == "dcn":
                hot = torch.nn.functional.one_hot(own, K).float()
                counts += hot.sum(0)
                came = hot.T @ z.detach() - hot.sum(0)[:, None] * centres
                centres = centres + came / counts[:, None]
    with torch.no_grad():
        return torch.cdist(encoder(x), centres).argmin(1).numpy()


for seed in range(int(sys.argv[1])):
    torch.manual_seed(seed)
    found = {"K-means": accuracy(KMeans(K, n_init=RUNS, random_state=seed).fit(raw).labels_)}
    state = pretrained()
    encoder = chain(SIZES)
    encoder.load_state_dict(state[0])
    with torch.no_grad():
        codes = encoder(x).numpy()
    clusters = KMeans(K, n_init=RUNS, random_state=seed).fit(codes)
    found["ae+kmeans"] = accuracy(clusters.labels_)
    for method in ("dec", "idec", "dcn", "dkm"):
        start = clusters.cluster_centers_.astype(np.float32)
        found[method] = accuracy(joint(method, state, start, clusters.labels_))
    print(json.dumps(found), flush=True)
