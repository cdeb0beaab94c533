// Transposes rows into the packed layout that every other kernel reads:
//   quad q of row first + i = scale (rows[i][4q], ..., rows[i][4q+3]), zeros past the last column.
//
// rows    [count][columns]   row-major float32, as the caller has them
// points  see lib/points_layout.wgsl; quads = ceil(columns / 4)
//
// An invocation owns one row: consecutive invocations write consecutive addresses, and none has to
// divide to find its place, as one for each vec4 would.
// Lines of memory: neighbouring lanes read neighbouring rows, a line each; all of a line is used, out of
//   the cache, in the turns that follow.
// Cost: N D FLOPs; reads 4 D, writes 16 ceil(D / 4) bytes a row.
struct Shape {
  count: u32,
  columns: u32,
  first: u32,
  // A power of two.
  scale: f32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> rows: array<f32>;
@group(0) @binding(2) var<storage, read_write> points: array<vec4f>;

const WORKGROUP = 64;

// import ../lib/points_layout.wgsl

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (group.x + group.y * groups.x) * WORKGROUP + lane;
  if (i >= shape.count) {
    return;
  }
  var at = i * shape.columns;
  var to = point_at(shape.first + i, (shape.columns + 3) / 4);
  for (var q = 0u; q < shape.columns / 4; q++) {
    points[to] = shape.scale * vec4f(rows[at], rows[at + 1], rows[at + 2], rows[at + 3]);
    at += 4;
    to += BLOCK_ROWS;
  }
  let left = shape.columns % 4;
  if (left == 0) {
    return;
  }
  var last = vec4f(rows[at], 0, 0, 0);
  if (left > 1) {
    last.y = rows[at + 1];
  }
  if (left > 2) {
    last.z = rows[at + 2];
  }
  points[to] = shape.scale * last;
}
