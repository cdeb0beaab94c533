// The least and the greatest number of each column, where all are whole numbers up to LARGEST:
//   ranges[0][j] = min(ranges[0][j], min_i x_ij)
//   ranges[1][j] = max(ranges[1][j], max_i x_ij),  NOT_WHOLE where one is no such number
//
// points  see lib/points_layout.wgsl
// ranges  [2][4 quads]  as signed integers; the caller sets what was found before, or more and less
//                       than any number
//
// An invocation owns one quad of a run of at most RUN rows, and leaves out what is not whole already.
// Lines of memory: a lane goes down a quad of columns, whose rows lie side by side, while its neighbour's quad
//   lies 4 kB further: a line serves a lane for 8 turns, and a subgroup keeps 4 kB.
// Cost: 8 N D FLOPs; reads 16 ceil(D / 4) bytes a row.
struct Shape {
  rows: u32,
  quads: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> ranges: array<atomic<i32>>;

const WORKGROUP = 64;
const RUN = 1024;
// Sums of RUN such numbers are exact in float32.
const LARGEST = 16384.0;
const NOT_WHOLE = 0x7fffffff;

// import ../lib/points_layout.wgsl

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.x + group.y * groups.x) * WORKGROUP + lane;
  let start = index / shape.quads * RUN;
  let q = index % shape.quads;
  let highs = 4 * (shape.quads + q);
  if (start >= shape.rows || atomicLoad(&ranges[highs]) == NOT_WHOLE) {
    return;
  }
  let end = min(start + RUN, shape.rows);
  var low = vec4f(LARGEST);
  var high = vec4f(-LARGEST);
  var whole = vec4<bool>(true);
  for (var row = start; row < end; row++) {
    let x = points[point_at(row, shape.quads) + q * BLOCK_ROWS];
    low = min(low, x);
    high = max(high, x);
    whole &= (x == floor(x)) & (abs(x) <= vec4f(LARGEST));
  }
  let found = select(vec4i(NOT_WHOLE), vec4i(high), whole);
  for (var j = 0u; j < 4; j++) {
    atomicMin(&ranges[4 * q + j], i32(low[j]));
    atomicMax(&ranges[highs + j], found[j]);
  }
}
