// Numbers with noise, another each update of the parameters: y_ij is kept x_ij with probability 1 - rate, else 0. Where GAUSSIAN
// y_ij = x_ij + rate n, n of the standard normal distribution (Box & Muller 1958); where BERNOULLI it is 1 with
// probability x_ij, else 0.
// Drawn of pcg4d(seed, stream, updates, place of the vec4): so a number depends on nothing but where and when it stands.
//
// x, y     [rows][quads]   vec4, zeros past the last column
// control  see lib/control.wgsl
//
// An invocation, of those from `first` on, owns a vec4. Cost: 20 whole-number operations, and 8 bytes a number.
struct Shape {
  first: u32,
  rows: u32,
  columns: u32,
  seed: u32,
  stream: u32,
  rate: f32,
  kept: f32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> control: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;

const WORKGROUP = 64;
const GAUSSIAN = false;
const BERNOULLI = false;

// import ../lib/control.wgsl
// import ../lib/pcg4d.wgsl

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = shape.first + (group.x + group.y * groups.x) * WORKGROUP + lane;
  let quads = (shape.columns + 3) / 4;
  if (index >= shape.rows * quads) {
    return;
  }
  let drawn = pcg4d(vec4u(shape.seed, shape.stream, u32(control[UPDATES]), index)) >> vec4u(8u);
  let u = vec4f(drawn) * 0x1p-24;
  #if GAUSSIAN
  let size = sqrt(-2 * log(max(1 - u.xz, vec2f(0x1p-24))));
  let angle = 6.283185307179586 * u.yw;
  let n = vec4f(size.x * cos(angle.x), size.x * sin(angle.x), size.y * cos(angle.y), size.y * sin(angle.y));
  let column = 4 * (index % quads) + vec4u(0, 1, 2, 3);
  y[index] = select(vec4f(), x[index] + shape.rate * n, column < vec4u(shape.columns));
  #else
  #if BERNOULLI
  y[index] = select(vec4f(), vec4f(1), u < x[index]);
  #else
  y[index] = select(vec4f(), shape.kept * x[index], u >= vec4f(shape.rate));
  #end
  #end
}
