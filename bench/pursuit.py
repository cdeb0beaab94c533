"""Orthogonal matching pursuit in NumPy. argv: file of n x d float32, n, d, nonzero, rows for the loop.

Prints a JSON line: for each way the seconds of all rows by the clock and of the processors, and the first rows' supports.
"""
import json
import os
import sys
import time

import numpy as np

file, n, d, nonzero, some = sys.argv[1], *map(int, sys.argv[2:6])
rows = np.fromfile(file, np.float32).reshape(n, d)
BLOCK = 1000


def by_blocks(x):
    """All rows of a block at once: products of matrices."""
    chosen = np.zeros((n, nonzero), int)
    rests = x.copy()
    for step in range(nonzero):
        for start in range(0, n, BLOCK):
            block = np.arange(start, min(start + BLOCK, n))
            products = np.abs(rests[block] @ x.T)
            products[block - start, block] = 0
            for before in range(step):
                products[block - start, chosen[block, before]] = 0
            chosen[block, step] = products.argmax(axis=1)
            atoms = x[chosen[block, : step + 1]]
            weights = np.linalg.solve(atoms @ atoms.transpose(0, 2, 1), atoms @ x[block, :, None])
            rests[block] = x[block] - (weights * atoms).sum(axis=1)
    return chosen


def by_rows(x):
    """Row by row, as the authors' code has it."""
    chosen = np.zeros((some, nonzero), int)
    for i in range(some):
        rest, support = x[i], []
        for step in range(nonzero):
            products = np.abs(x @ rest)
            products[i] = 0
            support.append(int(products.argmax()))
            weights = np.linalg.lstsq(x[support].T, x[i], rcond=None)[0]
            rest = x[i] - weights @ x[support]
        chosen[i] = support
    return chosen


answers = []
for name, work, type, share in [
    ("numpy by rows, float64", by_rows, np.float64, n / some),
    ("numpy by blocks, float64", by_blocks, np.float64, 1),
    ("numpy by blocks, float32", by_blocks, np.float32, 1),
]:
    x = rows.astype(type)
    begin, before = time.perf_counter(), os.times()
    chosen = work(x)
    after = os.times()
    answers.append(
        {
            "name": name,
            "wall": share * (time.perf_counter() - begin),
            "processors": share * (after.user - before.user + after.system - before.system),
            "chosen": chosen[:some].tolist(),
        }
    )
print(json.dumps(answers))
