"""Products, solutions and largest products by numpy, in float64 of float32 numbers that every language makes alike.

    python3 test/golden/make_algebra.py
"""

import json
from pathlib import Path

import numpy as np


def pattern(rows, columns, step):
    """Multiples of 1/1009 within [-0.5, 0.5), with no pattern to speak of, rounded to float32."""
    i, j = np.indices((rows, columns))
    return (((i * step + j * 7919 + i * j) % 1009) / 1009 - 0.5).astype(np.float32).astype(float)


SIZE = 1024
product = pattern(SIZE, SIZE, 31) @ pattern(SIZE, SIZE, 57)
places = [[(i * 97) % SIZE, (i * 389 + 5) % SIZE] for i in range(48)]

# A Cauchy kernel, whose condition number is some 1e4.
n = 150
apart = np.subtract.outer(np.arange(n), np.arange(n)) / 3.2
system = (1 / (1 + apart**2)).astype(np.float32).astype(float)
right = pattern(n, 3, 17)
solution = np.linalg.solve(system, right)

x, r = pattern(200, 24, 11), pattern(9, 24, 5)
sizes = np.abs(x @ r.T)
order = np.argsort(-sizes, axis=0, kind="stable")

golden = {
    "by": f"numpy {np.__version__}",
    "product": {"places": places, "values": [product[i, j] for i, j in places]},
    "solve": {
        "condition": np.linalg.cond(system),
        "solution": solution.ravel().tolist(),
        "pivots": np.diag(np.linalg.cholesky(system)).tolist(),
    },
    # Without the very largest, which are excluded.
    "top": {
        "excluded": order[0].tolist(),
        "indices": order[1:4].T.ravel().tolist(),
        "magnitudes": np.take_along_axis(sizes, order[1:4], 0).T.ravel().tolist(),
    },
}
path = Path(__file__).with_name("algebra.json")
path.write_text(json.dumps(golden, indent=1) + "\n")
