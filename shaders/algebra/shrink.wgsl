// A step of ADMM for a problem with the sum of |C| (Elhamifar & Vidal 2013, algorithm 1):
//   C = soft(Z + Lambda / mu, threshold),  Lambda += mu (Z - C),  gap = max |Z - C|
// with C = 0 on the diagonal where `zero_diagonal` is not 0.
//
// z                [all rows][quads]   vec4, zeros past the last column; `rows` of them are one matrix
// c, multipliers   likewise
// gap              bits of the largest |Z - C| of all; to be set to 0 before. Numbers >= 0 have the order of
//                  their bits
//
// An invocation, of those from `first` on, owns a vec4. Cost: 9 FLOPs and 20 bytes a number.
struct Shape {
  first: u32,
  all_rows: u32,
  rows: u32,
  columns: u32,
  zero_diagonal: u32,
  penalty: f32,
  threshold: f32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> z: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> c: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> multipliers: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> gap: array<atomic<u32>>;

const WORKGROUP = 64;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = shape.first + (group.x + group.y * groups.x) * WORKGROUP + lane;
  let quads = (shape.columns + 3) / 4;
  if (index >= shape.all_rows * quads) {
    return;
  }
  let row = index / quads % shape.rows;
  let column = 4 * (index % quads) + vec4u(0, 1, 2, 3);
  let solution = z[index];
  let before = multipliers[index];
  let v = solution + before / shape.penalty;
  let sparse = v - clamp(v, vec4f(-shape.threshold), vec4f(shape.threshold));
  let cleared = (column == vec4u(row)) & vec4<bool>(shape.zero_diagonal != 0);
  let kept = select(sparse, vec4f(), cleared);
  let difference = solution - kept;
  c[index] = kept;
  multipliers[index] = before + shape.penalty * difference;
  let size = abs(difference);
  let largest = bitcast<u32>(max(max(size.x, size.y), max(size.z, size.w)));
  // Few are larger than all before: most only look.
  if (largest > atomicLoad(&gap[0])) {
    atomicMax(&gap[0], largest);
  }
}
