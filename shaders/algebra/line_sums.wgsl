// Sums over rows or runs of rows of a matrix, or over its diagonal alone:
//   COLUMNS   sums[run][j] = sum over i in [run RUN, run RUN + RUN) of f(X[i][j])
//   ROWS      sums[i] = sum_j f(X[i][j])
//   DIAGONAL  sums[i] = X[i][i]
// where f(v) is v, SQUARES v^2 or MAGNITUDES |v|, and the sum, LARGEST, a maximum.
//
// x      [items][all rows][quads]   vec4, zeros past the last column; the first `rows` of each item count
// sums   COLUMNS [items][runs][quads] vec4; else [items][ceil(rows / 4)] vec4, zeros past the last row
//
// An invocation, of those from `first` on, owns a vec4 of sums, which it adds up in runs of RUN; by rows four rows, whose lines
// the cache keeps while it goes through them. Cost: 1 or 2 FLOPs and 4 bytes a number.
// Lines of memory: by rows, a lane goes along its own four, 8 turns to a line. A diagonal's numbers lie a row
//   apart. By columns it is side by side but for matrices narrower than a subgroup.
struct Shape {
  first: u32,
  items: u32,
  all_rows: u32,
  rows: u32,
  quads: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> sums: array<vec4f>;

const WORKGROUP = 64;
const RUN = 256;
const COLUMNS = 0;
const ROWS = 1;
const DIAGONAL = 2;
const ALONG = 0;
const VALUES = 0;
const SQUARES = 1;
const MAGNITUDES = 2;
const LARGEST = 3;
const OF = 0;

fn summand(v: vec4f) -> vec4f {
  #if OF == VALUES
  return v;
  #end
  #if OF == SQUARES
  return v * v;
  #end
  #if OF >= MAGNITUDES
  return abs(v);
  #end
}

fn joined(a: vec4f, b: vec4f) -> vec4f {
  #if OF == LARGEST
  return max(a, b);
  #else
  return a + b;
  #end
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = shape.first + (group.x + group.y * groups.x) * WORKGROUP + lane;
  #if ALONG == COLUMNS
  let runs = (shape.rows + RUN - 1) / RUN;
  let quad = index % shape.quads;
  let run = index / shape.quads % runs;
  let item = index / shape.quads / runs;
  #else
  let down = (shape.rows + 3) / 4;
  let row = 4 * (index % down);
  let item = index / down;
  #end
  if (item >= shape.items) {
    return;
  }
  let start = item * shape.all_rows * shape.quads;
  var all = vec4f();
  #if ALONG == COLUMNS
  for (var i = run * RUN; i < min(run * RUN + RUN, shape.rows); i++) {
    all = joined(all, summand(x[start + i * shape.quads + quad]));
  }
  #end
  #if ALONG == ROWS
  for (var r = 0u; r < min(4, shape.rows - row); r++) {
    var line = vec4f();
    for (var q = 0u; q < shape.quads;) {
      var some = vec4f();
      let stop = min(q + RUN, shape.quads);
      for (; q < stop; q++) {
        some = joined(some, summand(x[start + (row + r) * shape.quads + q]));
      }
      line = joined(line, some);
    }
    let two = joined(line, line.zwxy);
    all[r] = joined(two, two.yxwz).x;
  }
  #end
  #if ALONG == DIAGONAL
  for (var r = 0u; r < min(4, shape.rows - row); r++) {
    all[r] = x[start + (row + r) * shape.quads + row / 4][r];
  }
  #end
  sums[index] = all;
}
