// An update of all parameters of a network, with g = scale G (+ decay p, unless ADAMW):
//   SGD     m = momentum m + g;  p -= rate m, or rate (g + momentum m) where NESTEROV
//   ADAM    m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2
//           p -= rate m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon)     (Kingma & Ba 2015)
//   ADAMW   the same, and p -= rate decay p before (Loshchilov & Hutter 2019)
// where t is the number of this update, from 1.
//
// gradients, parameters, first, second   [quads]   vec4: G, p, m, v; v is left alone by SGD
// control   see lib/control.wgsl: rate, scale, updates done
// log_beta1, log_beta2 are natural logarithms, so that 1 - beta^t keeps its digits.
//
// An invocation, of those from `start` on, owns a vec4. Cost: 6 to 16 FLOPs and 20 to 28 bytes a parameter.
struct Shape {
  first: u32,
  quads: u32,
  momentum: f32,
  decay: f32,
  beta1: f32,
  beta2: f32,
  log_beta1: f32,
  log_beta2: f32,
  epsilon: f32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(2) var<storage, read> control: array<f32>;
@group(0) @binding(3) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> first: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> second: array<vec4f>;

const WORKGROUP = 64;
const SGD = 0;
const NESTEROV = 1;
const ADAM = 2;
const ADAMW = 3;
const KIND = 2;

// import ../lib/control.wgsl

// 1 - exp(x) for x <= 0.
fn less_than_one(x: f32) -> f32 {
  if (x < -0.125) {
    return 1 - exp(x);
  }
  return -x * (1 + x / 2 * (1 + x / 3 * (1 + x / 4 * (1 + x / 5))));
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = shape.first + (group.x + group.y * groups.x) * WORKGROUP + lane;
  if (index >= shape.quads) {
    return;
  }
  let rate = control[RATE];
  let before = parameters[index];
  var g = control[SCALE] * gradients[index];
  #if KIND == ADAMW
  let p = before - rate * shape.decay * before;
  #else
  let p = before;
  g += shape.decay * before;
  #end
  #if KIND >= ADAM
  let t = control[UPDATES] + 1;
  let m = shape.beta1 * first[index] + (1 - shape.beta1) * g;
  let v = shape.beta2 * second[index] + (1 - shape.beta2) * g * g;
  first[index] = m;
  second[index] = v;
  let size = sqrt(v / less_than_one(t * shape.log_beta2)) + shape.epsilon;
  parameters[index] = p - rate / less_than_one(t * shape.log_beta1) * (m / size);
  #else
  let m = shape.momentum * first[index] + g;
  first[index] = m;
  #if KIND == NESTEROV
  parameters[index] = p - rate * (g + shape.momentum * m);
  #else
  parameters[index] = p - rate * m;
  #end
  #end
}
