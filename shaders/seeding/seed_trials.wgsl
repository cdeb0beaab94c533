// Tries candidate centres out (greedy k-means++). Each trial's distances are kept, so that those of the
// one that is taken need no second pass over the points, and its potentials are what the next rows are
// drawn by.
//   closest[t][i] = min(closest[chosen][i], |x_i - candidate_t|^2)
//   potentials[block][t] = sum over the block's rows of w_i closest[t][i]
//
// points      see lib/points_layout.wgsl; rows [first, first + rows), first a multiple of BLOCK
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
//
// With SUBGROUPS each lane loads one candidate's quad and the subgroup passes it round.
// Lines of memory: a lane goes down its own block, as a sum is in row order: it reads four rows, half a line of
//   each quad (in float16 a quarter, in bytes an eighth), the rest in the turns that follow, by when a subgroup
//   has gone through 4 kB for each quad of columns.
// Cost: 3 N T D FLOPs; a quad of 4 columns costs 4 point loads and TILE uniform loads, or TILE / LANES
// loads, for 32 TILE FLOPs.
#if SUBGROUPS
enable subgroups;
#end
const SUBGROUPS = false;

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

const WORKGROUP = 64;
const BLOCK = 64;
const WEIGHTED = false;

// import ../lib/points_layout.wgsl
// import ../lib/tile.wgsl
#if SUBGROUPS
// import ../lib/tile_subgroups.wgsl
#end

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
  #repeat i 0..TILE
  sums.k$i += squares(x, quads.k$i);
  #end
  return sums;
}

// A block's potentials, one a trial. Only ever by constant indices: so they stay in registers.
alias Potentials = array<f32, TILE>;

// As `keep`, for four rows and all trials.
fn keep_all(sums: ptr<function, Potentials>, first: u32, rows: vec4u, distances: Tile) {
  let w = weights_of(first, rows);
  let place = place_of(first);
  let nearest = nearest_of(place);
  #repeat i 0..TILE
  (*sums)[$i] = keep($i, place, (*sums)[$i], w, min(nearest, distances.k$i));
  #end
}

fn store_potentials(block: u32, sums: ptr<function, Potentials>) {
  let at = (shape.first_block + block) * TILE;
  #repeat i 0..TILE
  potentials[at + $i] = (*sums)[$i];
  #end
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
  #if SUBGROUPS
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
  #end
) {
  let workgroup = group.x + group.y * groups.x;
  // Uniform over the workgroup; blocks past the end are computed as copies of the last row.
  if (workgroup * WORKGROUP * BLOCK >= shape.rows) {
    return;
  }
  let block = workgroup * WORKGROUP + lane;
  let start = shape.first + block * BLOCK;
  let end = shape.first + shape.rows;
  var sums = Potentials();
  for (var i = 0u; i < BLOCK; i += 4) {
    let first = start + i;
    let rows = four_rows(first);
    var distances = Tile();
    var p = points_at(rows, shape.quads);
    #if SUBGROUPS
    var at = subgroup_lane % LANES * shape.quads;
    #else
    var at = 0u;
    #end
    for (var q = 0u; q < shape.quads; q++) {
      let x = unpacked4(points[p.x], points[p.y], points[p.z], points[p.w]);
      #if SUBGROUPS
      var share = Share();
      #repeat j 0..ROUNDS
      share.c$j = candidates[at + $(j * LANES) * shape.quads];
      #end
      let quads = passed_round(share);
      #else
      var quads = Tile();
      #repeat i 0..TILE
      quads.k$i = candidates[at + $i * shape.quads];
      #end
      #end
      distances = add_squares(distances, quads, x);
      at++;
      p += BLOCK_ROWS;
    }
    if (first < end) {
      keep_all(&sums, first, rows, distances);
    }
  }
  if (start < end) {
    store_potentials(block, &sums);
  }
}
