// Column sums over runs of at most RUN rows; the host adds the runs in float64:
//   sums[run][q] = sum over the run's rows of points[q][row], or of its square.
//
// points  see lib/points_layout.wgsl; rows [first, first + rows) of them, first a multiple of RUN
// sums    [runs][quads]    vec4; this dispatch writes from first_run on
//
// An invocation owns one vec4 column of one run, and adds in row order.
// Lines of memory: a lane goes down a quad of columns, whose rows lie side by side, while its neighbour's quad
//   lies 4 kB further: a line serves a lane for 8 turns (float16 16, bytes 32), and a subgroup keeps 4 kB. Each
//   sum is in row order.
// Cost: N D FLOPs (2 N D squared); reads 16 ceil(D / 4) bytes a row.
struct Shape {
  first: u32,
  rows: u32,
  quads: u32,
  first_run: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<Stored>;
@group(0) @binding(2) var<storage, read_write> sums: array<vec4f>;

const WORKGROUP = 64;
const RUN = 1024;
const SQUARED = false;

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
  if (start >= shape.rows) {
    return;
  }
  let end = min(start + RUN, shape.rows);
  var sum = vec4f();
  for (var row = start; row < end; row++) {
    let x = unpacked(points[point_at(shape.first + row, shape.quads) + q * BLOCK_ROWS]);
    sum += select(x, x * x, SQUARED);
  }
  sums[shape.first_run * shape.quads + index] = sum;
}
