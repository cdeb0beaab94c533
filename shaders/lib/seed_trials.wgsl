// What the variants of trying out candidate centres share (greedy k-means++): bindings, and what a row
// adds. Each trial's distances are kept, so that those of the one that is taken need no second pass
// over the points, and its potentials are what the next rows are drawn by.
//   closest[t][i] = min(closest[chosen][i], |x_i - candidate_t|^2)
//   potentials[block][t] = sum over the block's rows of w_i closest[t][i]
//
// points      see points_layout.wgsl; rows [first, first + rows), first a multiple of BLOCK
// candidates  [TILE][quads]        vec4
// weights     [rows], read if WEIGHTED
// chosen      [1]                  the trial that was taken last
// closest     [TILE][stride / 4]   vec4: four rows' squared distance to the nearest centre; the first
//             of the dispatch is first_row. A row past the end, in the last vec4, holds anything.
// potentials  [all blocks][TILE]
//
// `fresh` is not 0 where there is no centre yet. An invocation owns a block of BLOCK neighbouring rows, 4
// at a time, against all candidates. Direct differences, so that a row that is a centre has distance 0
// exactly.
struct Shape {
  first: u32,
  rows: u32,
  quads: u32,
  first_row: u32,
  stride: u32,
  first_block: u32,
  fresh: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<Stored>;
@group(0) @binding(2) var<storage, read> candidates: array<vec4f>;
@group(0) @binding(3) var<storage, read> weights: array<f32>;
@group(0) @binding(4) var<storage, read> chosen: array<u32>;
@group(0) @binding(5) var<storage, read_write> closest: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> potentials: array<f32>;

const WORKGROUP = 32;
const BLOCK = 64;
const WEIGHTED = false;

// import points_layout.wgsl
// import tile.wgsl

fn squares(x: mat4x4f, c: vec4f) -> vec4f {
  let e0 = x[0] - c;
  let e1 = x[1] - c;
  let e2 = x[2] - c;
  let e3 = x[3] - c;
  return vec4f(dot(e0, e0), dot(e1, e1), dot(e2, e2), dot(e3, e3));
}

// Four rows from `first` on; those past the end are copies of the last row.
fn four_rows(first: u32) -> vec4u {
  return min(first + vec4u(0, 1, 2, 3), vec4u(shape.first + shape.rows - 1));
}

// Their weights, 0 past the end.
fn weights_of(first: u32, rows: vec4u) -> vec4f {
  let w = select(vec4f(), vec4f(1), first + vec4u(0, 1, 2, 3) < vec4u(shape.first + shape.rows));
  if (WEIGHTED) {
    return w * vec4f(weights[rows.x], weights[rows.y], weights[rows.z], weights[rows.w]);
  }
  return w;
}

// Where in a trial's distances theirs are.
fn place_of(first: u32) -> u32 {
  return (shape.first_row + first - shape.first) / 4;
}

fn nearest_of(place: u32) -> vec4f {
  if (shape.fresh != 0) {
    return vec4f(3.4e38);
  }
  return closest[chosen[0] * (shape.stride / 4) + place];
}

// Keeps what is nearest of one trial, and adds it to the sum, row by row.
fn keep(trial: u32, place: u32, sum: f32, w: vec4f, nearest: vec4f) -> f32 {
  closest[trial * (shape.stride / 4) + place] = nearest;
  return sum + w.x * nearest.x + w.y * nearest.y + w.z * nearest.z + w.w * nearest.w;
}

// The squared distances so far, and those over one more quad of the candidates and of four rows.
fn add_squares(before: Tile, quads: Tile, x: mat4x4f) -> Tile {
  var sums = before;
  sums.k0 += squares(x, quads.k0);
  sums.k1 += squares(x, quads.k1);
  sums.k2 += squares(x, quads.k2);
  sums.k3 += squares(x, quads.k3);
  if (TILE > 4) {
    sums.k4 += squares(x, quads.k4);
    sums.k5 += squares(x, quads.k5);
  }
  if (TILE > 6) {
    sums.k6 += squares(x, quads.k6);
    sums.k7 += squares(x, quads.k7);
  }
  if (TILE > 8) {
    sums.k8 += squares(x, quads.k8);
    sums.k9 += squares(x, quads.k9);
    sums.k10 += squares(x, quads.k10);
    sums.k11 += squares(x, quads.k11);
  }
  if (TILE > 12) {
    sums.k12 += squares(x, quads.k12);
    sums.k13 += squares(x, quads.k13);
    sums.k14 += squares(x, quads.k14);
    sums.k15 += squares(x, quads.k15);
  }
  return sums;
}

// As `keep`, for four rows and all trials.
fn keep_all(sums: ptr<function, array<f32, 16>>, first: u32, rows: vec4u, distances: Tile) {
  let w = weights_of(first, rows);
  let place = place_of(first);
  let nearest = nearest_of(place);
  (*sums)[0] = keep(0, place, (*sums)[0], w, min(nearest, distances.k0));
  (*sums)[1] = keep(1, place, (*sums)[1], w, min(nearest, distances.k1));
  (*sums)[2] = keep(2, place, (*sums)[2], w, min(nearest, distances.k2));
  (*sums)[3] = keep(3, place, (*sums)[3], w, min(nearest, distances.k3));
  if (TILE > 4) {
    (*sums)[4] = keep(4, place, (*sums)[4], w, min(nearest, distances.k4));
    (*sums)[5] = keep(5, place, (*sums)[5], w, min(nearest, distances.k5));
  }
  if (TILE > 6) {
    (*sums)[6] = keep(6, place, (*sums)[6], w, min(nearest, distances.k6));
    (*sums)[7] = keep(7, place, (*sums)[7], w, min(nearest, distances.k7));
  }
  if (TILE > 8) {
    (*sums)[8] = keep(8, place, (*sums)[8], w, min(nearest, distances.k8));
    (*sums)[9] = keep(9, place, (*sums)[9], w, min(nearest, distances.k9));
    (*sums)[10] = keep(10, place, (*sums)[10], w, min(nearest, distances.k10));
    (*sums)[11] = keep(11, place, (*sums)[11], w, min(nearest, distances.k11));
  }
  if (TILE > 12) {
    (*sums)[12] = keep(12, place, (*sums)[12], w, min(nearest, distances.k12));
    (*sums)[13] = keep(13, place, (*sums)[13], w, min(nearest, distances.k13));
    (*sums)[14] = keep(14, place, (*sums)[14], w, min(nearest, distances.k14));
    (*sums)[15] = keep(15, place, (*sums)[15], w, min(nearest, distances.k15));
  }
}

fn store_potentials(block: u32, sums: ptr<function, array<f32, 16>>) {
  let at = (shape.first_block + block) * TILE;
  potentials[at + 0] = (*sums)[0];
  potentials[at + 1] = (*sums)[1];
  potentials[at + 2] = (*sums)[2];
  potentials[at + 3] = (*sums)[3];
  if (TILE > 4) {
    potentials[at + 4] = (*sums)[4];
    potentials[at + 5] = (*sums)[5];
  }
  if (TILE > 6) {
    potentials[at + 6] = (*sums)[6];
    potentials[at + 7] = (*sums)[7];
  }
  if (TILE > 8) {
    potentials[at + 8] = (*sums)[8];
    potentials[at + 9] = (*sums)[9];
    potentials[at + 10] = (*sums)[10];
    potentials[at + 11] = (*sums)[11];
  }
  if (TILE > 12) {
    potentials[at + 12] = (*sums)[12];
    potentials[at + 13] = (*sums)[13];
    potentials[at + 14] = (*sums)[14];
    potentials[at + 15] = (*sums)[15];
  }
}
