// Transposes rows into the packed layout that every other kernel reads:
//   points[q][first + i] = (rows[i][4q], ..., rows[i][4q+3]), zeros past the last column.
//
// rows    [count][columns]   row-major float32, as the caller has them
// points  [quads][stride]    vec4 of four neighbouring columns; quads = ceil(columns / 4)
//
// An invocation owns one vec4. Consecutive invocations write consecutive addresses.
// Cost: no FLOPs; reads 4 D, writes 16 ceil(D / 4) bytes a row.
struct Shape {
  count: u32,
  columns: u32,
  quads: u32,
  first: u32,
  stride: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> rows: array<f32>;
@group(0) @binding(2) var<storage, read_write> points: array<vec4f>;

const WORKGROUP = 64;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.x + group.y * groups.x) * WORKGROUP + lane;
  let q = index / shape.count;
  let i = index % shape.count;
  if (q >= shape.quads) {
    return;
  }
  let at = i * shape.columns + 4 * q;
  let left = shape.columns - 4 * q;
  var value = vec4f(rows[at], 0, 0, 0);
  if (left > 1) {
    value.y = rows[at + 1];
  }
  if (left > 2) {
    value.z = rows[at + 2];
  }
  if (left > 3) {
    value.w = rows[at + 3];
  }
  points[q * shape.stride + shape.first + i] = value;
}
