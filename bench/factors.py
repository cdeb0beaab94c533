"""Systems as bench/data/system.ts makes them, solved in SciPy by a Cholesky factor. argv: file of n x columns float32, n, columns."""
import json
import os
import sys
import time

import numpy as np
from scipy.linalg import cho_factor, cho_solve

file, n, columns = sys.argv[1], *map(int, sys.argv[2:4])
given = np.fromfile(file, np.float32).reshape(n, columns)
x = (np.arange(n * columns) * 7 % 9 - 4).reshape(n, columns)
apart = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
matrix = np.maximum(0, 16 - apart) + np.eye(n) / 16
answers = []
for type in [np.float32, np.float64]:
    a, b = matrix.astype(type), given.astype(type)
    begin, before = time.perf_counter(), os.times()
    solution = cho_solve(cho_factor(a), b)
    wall, after = time.perf_counter() - begin, os.times()
    answers.append(
        {
            "name": f"scipy {np.dtype(type)}",
            "wall": wall,
            "processors": after.user - before.user + after.system - before.system,
            "error": float(np.abs(solution - x).max()),
        }
    )
print(json.dumps(answers))
