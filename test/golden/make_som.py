"""Writes som.json and som.bin: self-organizing maps by R's kohonen, and by the formulas in NumPy.

`kohonen` holds batch maps of R's package. Its rectangular grids measure distances by the larger of both
steps; the odd rows of its hexagonal grids are the first, third and so on: with columns from right to left that
is our grid. Each must be what `batch` below gives, too, which it is where no row ties: such rows kohonen
deals out by chance. `formulas` are float64 loops. Every run starts near rows of the data, from the first seed
from which rows rounded to float32 end in the same place.
"""

import subprocess
import tempfile
from pathlib import Path

from golden_io import Golden, load

import numpy as np

SAME = 1e-5

KOHONEN = """
arguments <- commandArgs(TRUE)
suppressPackageStartupMessages(library(kohonen))
table <- function(name) as.matrix(read.csv(file.path(arguments[1], name), header = FALSE))
grid <- somgrid({columns}, {rows}, "{grid}", "{neighbourhood}", {torus})
map <- som(table("x.csv"), grid, rlen = {epochs}, radius = c({radius}), mode = "batch", init = table("start.csv"))
options(digits = 17)
write.table(getCodes(map), file.path(arguments[1], "codes.csv"), sep = ",", row.names = FALSE, col.names = FALSE)
"""


def places(rows, columns, grid):
    """How far right each unit lies, and its row."""
    row, column = np.divmod(np.arange(rows * columns), columns)
    return column + (0.5 * (row % 2) if grid == "hexagonal" else 0), row


def steps(rows, columns, grid, torus):
    right, row = places(rows, columns, grid)
    across = np.abs(right[:, None] - right)
    down = np.abs(row[:, None] - row)
    if torus:
        across = np.minimum(across, columns - across)
        down = np.minimum(down, rows - down)
    return across, down


def squared_grid(rows, columns, grid, torus, larger=False):
    across, down = steps(rows, columns, grid, torus)
    if larger:
        return np.maximum(across, down) ** 2
    return across**2 + (0.75 if grid == "hexagonal" else 1) * down**2


def touching(rows, columns, grid, torus):
    """The 8 around a unit, or the 6 of a hexagonal grid."""
    across, down = steps(rows, columns, grid, torus)
    near = squared_grid(rows, columns, grid, torus) <= 1 if grid == "hexagonal" else np.maximum(across, down) <= 1
    return near & ~np.eye(rows * columns, dtype=bool)


def h(kind, squared, radius):
    with np.errstate(divide="ignore", invalid="ignore"):
        s = np.where(squared == 0, 0, squared / radius**2)
    if kind == "bubble":
        return (s <= 1).astype(float)
    bell = np.exp(-s / 2)
    return bell if kind == "gaussian" else np.where(np.isinf(s), 0, (1 - np.where(np.isinf(s), 0, s)) * bell)


def squares(points, units):
    return ((points[:, None] - units) ** 2).sum(2)


def batch(points, start, squared, kind, radii, weights):
    units = start.copy()
    for radius in radii:
        best = squares(points, units).argmin(1)
        near = h(kind, squared, radius)
        top = np.zeros_like(units)
        bottom = np.zeros(len(units))
        for i in range(len(units)):
            mine = best == i
            count = weights[mine].sum()
            if count == 0:
                continue
            mean = (weights[mine, None] * points[mine]).sum(0) / count
            apart = mean - units
            own = ((mean - units[i]) ** 2).sum()
            other = np.maximum((apart**2).sum(1), own)
            share = np.where(near[:, i] < 0, near[:, i] * np.divide(own, other, out=np.ones(len(units)), where=other > 0), near[:, i])
            top += count * share[:, None] * apart
            bottom += np.abs(near[:, i]) * count
        units = units + np.divide(top, bottom[:, None], out=np.zeros_like(top), where=bottom[:, None] > 0)
    return units


def online(points, start, squared, kind, radius, rate, epochs):
    """The rows in their order, epoch after epoch; radius and rate are straight lines."""
    units = start.copy()
    last = len(points) * epochs - 1
    for t in range(last + 1):
        x = points[t % len(points)]
        apart = x - units
        distances = (apart**2).sum(1)
        best = distances.argmin()
        near = h(kind, squared[:, best], radius[0] + (radius[1] - radius[0]) * t / last)
        push = (near < 0) & (distances > distances[best])
        near[push] *= distances[best] / distances[push]
        units += (rate[0] + (rate[1] - rate[0]) * t / last) * near[:, None] * apart
    return units


def kohonen(points, start, rows, columns, grid, torus, kind, radius, epochs):
    mirror = np.arange(rows * columns).reshape(rows, columns)[:, ::-1].ravel()
    with tempfile.TemporaryDirectory() as folder:
        np.savetxt(Path(folder) / "x.csv", points, delimiter=",", fmt="%.17g")
        np.savetxt(Path(folder) / "start.csv", start[mirror], delimiter=",", fmt="%.17g")
        program = Path(folder) / "som.R"
        program.write_text(
            KOHONEN.format(
                rows=rows,
                columns=columns,
                grid=grid,
                neighbourhood=kind,
                torus=str(torus).upper(),
                epochs=epochs,
                radius=f"{radius[0]}, {radius[1]}",
            )
        )
        subprocess.run(["Rscript", "--vanilla", program, folder], check=True)
        return np.loadtxt(Path(folder) / "codes.csv", delimiter=",")[mirror]


def line(ends, epochs):
    return ends[0] + (ends[1] - ends[0]) * np.arange(epochs) / max(1, epochs - 1)


def started(name, points, units, learn):
    """Where to start, by the first seed whose answer does not hang on rounding, and the answer."""
    for seed in range(100):
        random = np.random.RandomState(seed)
        rows = random.permutation(len(points))[:units]
        # Beside the rows: grids of whole numbers are full of ties, which kohonen decides by chance.
        start = points[rows] + 0.05 * points.std(0) * random.normal(size=(units, points.shape[1]))
        start = start.astype(np.float32).astype(np.float64)
        mean = points.mean(0)
        end = learn(points, start)
        rounded = (points - mean).astype(np.float32).astype(np.float64)
        other = learn(rounded, (start - mean).astype(np.float32).astype(np.float64)) + mean
        if np.abs(end - other).max() <= SAME * np.abs(points).max():
            print(f"{name}: seed {seed}, off by {np.abs(end - other).max():.1e}")
            return start, end
    raise AssertionError(f"{name}: every start hangs on rounding")


def judged(golden, points, end, shape):
    """What a map is worth, by definition."""
    distances = squares(points, end)
    two = np.argsort(distances, axis=1, kind="stable")[:, :2]
    near = touching(*shape)
    between = np.sqrt(squares(end, end))
    return {
        "weights": golden.put(end),
        "quantizationError": float(np.sqrt(distances.min(1)).mean()),
        "topographicError": float(1 - near[two[:, 0], two[:, 1]].mean()),
        "uMatrix": golden.put((between * near).sum(1) / near.sum(1)),
        "hits": golden.put(np.bincount(two[:, 0], minlength=len(end)), "uint32"),
    }


def head(dataset, points, shape, kind, epochs):
    rows, columns, grid, torus = shape
    return {
        "dataset": dataset,
        "rows": len(points),
        "shape": {"rows": rows, "columns": columns, "grid": grid, "torus": torus},
        "neighbourhood": kind,
        "epochs": epochs,
    }


def by_kohonen(golden, name, dataset, shape, kind, radius, epochs, rows=None):
    points = load(dataset, rows)
    squared = squared_grid(*shape, larger=shape[2] == "rectangular")
    # kohonen's last epoch is one step short of the end.
    last = radius[0] - (radius[0] - radius[1]) * (epochs - 1) / epochs

    def learn(x, first):
        return batch(x, first, squared, kind, line((radius[0], last), epochs), np.ones(len(x)))

    chosen, expected = started(name, points, shape[0] * shape[1], learn)
    end = kohonen(points, chosen, *shape, kind, radius, epochs)
    if np.abs(end - expected).max() > 1e-9 * np.abs(points).max():
        raise AssertionError(f"{name}: kohonen and the formulas differ")
    return {
        "name": name,
        **head(dataset, points, shape, kind, epochs),
        "radius": [radius[0], last],
        "start": golden.put(chosen, "float32"),
        **judged(golden, points, end, shape),
    }


def by_formulas(golden, name, dataset, shape, kind, mode, radius, epochs, rate=(0.5, 0.01), rows=None, weighted=False):
    points = load(dataset, rows)
    squared = squared_grid(*shape)
    weights = (np.arange(len(points)) % 7) / 4 if weighted else np.ones(len(points))

    def learn(x, first):
        if mode == "batch":
            return batch(x, first, squared, kind, line(radius, epochs), weights)
        return online(x, first, squared, kind, radius, rate, epochs)

    chosen, end = started(name, points, shape[0] * shape[1], learn)
    return {
        "name": name,
        **head(dataset, points, shape, kind, epochs),
        "mode": mode,
        "radius": list(radius),
        "rate": list(rate),
        "start": golden.put(chosen, "float32"),
        "sampleWeight": golden.put(weights) if weighted else None,
        **judged(golden, points, end, shape),
    }


def main():
    golden = Golden("som")
    plane = lambda rows, columns, grid: (rows, columns, grid, False)
    torus = lambda rows, columns, grid: (rows, columns, grid, True)
    golden.save(
        kohonen=[
            by_kohonen(golden, "iris hexagonal", "iris", plane(5, 6, "hexagonal"), "gaussian", (2.5, 0), 20),
            by_kohonen(golden, "faithful torus", "faithful", torus(6, 5, "hexagonal"), "gaussian", (2, 0.5), 15),
            by_kohonen(golden, "wine hexagonal bubble", "wine", plane(5, 5, "hexagonal"), "bubble", (2.3, 0.3), 12),
            by_kohonen(golden, "wine rectangular", "wine", plane(5, 6, "rectangular"), "gaussian", (2.5, 0), 20),
            by_kohonen(golden, "digits rectangular", "digits_pca16", plane(7, 7, "rectangular"), "gaussian", (3, 0), 20, 500),
        ],
        formulas=[
            by_formulas(golden, "batch gaussian torus", "iris", torus(4, 7, "rectangular"), "gaussian", "batch", (2, 0.4), 8),
            by_formulas(golden, "batch bubble", "wine", plane(4, 5, "rectangular"), "bubble", "batch", (2.3, 0.5), 6),
            by_formulas(golden, "batch hat", "faithful", torus(4, 5, "hexagonal"), "mexicanHat", "batch", (2, 1), 4),
            by_formulas(golden, "batch weighted", "digits_pca16", plane(6, 6, "hexagonal"), "gaussian", "batch", (2.5, 0.5), 6, rows=400, weighted=True),
            by_formulas(golden, "online gaussian", "iris", plane(4, 5, "rectangular"), "gaussian", "online", (1.5, 0.5), 2),
            by_formulas(golden, "online bubble", "digits_pca16", torus(4, 4, "hexagonal"), "bubble", "online", (1.2, 0.7), 1, rows=300),
            by_formulas(golden, "online hat", "faithful", torus(3, 4, "rectangular"), "mexicanHat", "online", (1.7, 1.2), 1, rate=(0.2, 0.05)),
        ],
    )


main()
