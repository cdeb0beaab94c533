// The total variation of images, channel by channel, and its gradient (Mahendran & Vedaldi 2015):
//   R = weight sum_ij s_ij^(beta / 2),  s_ij = (x_i,j+1 - x_ij)^2 + (x_i+1,j - x_ij)^2,
// where a difference beyond the last line or column is 0, and dR / dx_ij is
//   weight beta (d_i,j-1 s_i,j-1^(beta / 2 - 1) + e_i-1,j s_i-1,j^(beta / 2 - 1) - (d_ij + e_ij) s_ij^(beta / 2 - 1)),
// d and e the differences to the right and down. Where s is below LEAST, an image's rounding, its power is not taken: 0.
//
// pixels     [images down across][quads]   vec4
// terms      likewise                      weight s^(beta / 2)
// gradient   likewise                      is added to
//
// An invocation, of those from `first` on, owns a vec4 of each. Cost: some 60 FLOPs and 8 vec4s, 5 of them near by.
struct Shape {
  first: u32,
  images: u32,
  down: u32,
  across: u32,
  quads: u32,
  weight: f32,
  beta: f32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> pixels: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> terms: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> gradient: array<vec4f>;

const WORKGROUP = 64;
const LEAST = 1e-12;

struct Steps {
  right: vec4f,
  down: vec4f,
  s: vec4f,
}

// The differences from the pixel (y, x), whose vec4 is the `index`-th.
fn steps_from(index: u32, y: u32, x: u32) -> Steps {
  let own = pixels[index];
  var steps: Steps;
  if (x + 1 < shape.across) {
    steps.right = pixels[index + shape.quads] - own;
  }
  if (y + 1 < shape.down) {
    steps.down = pixels[index + shape.quads * shape.across] - own;
  }
  steps.s = steps.right * steps.right + steps.down * steps.down;
  return steps;
}

// s to this power.
fn raised(s: vec4f, power: f32) -> vec4f {
  return select(vec4f(), pow(max(s, vec4f(LEAST)), vec4f(power)), s >= vec4f(LEAST));
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = shape.first + (group.x + group.y * groups.x) * WORKGROUP + lane;
  let pixel = index / shape.quads;
  if (pixel >= shape.images * shape.down * shape.across) {
    return;
  }
  let x = pixel % shape.across;
  let y = pixel / shape.across % shape.down;
  let power = shape.beta / 2 - 1;
  let own = steps_from(index, y, x);
  var slope = -(own.right + own.down) * raised(own.s, power);
  if (x > 0) {
    let left = steps_from(index - shape.quads, y, x - 1);
    slope += left.right * raised(left.s, power);
  }
  if (y > 0) {
    let above = steps_from(index - shape.quads * shape.across, y - 1, x);
    slope += above.down * raised(above.s, power);
  }
  terms[index] = shape.weight * raised(own.s, shape.beta / 2);
  gradient[index] += shape.weight * shape.beta * slope;
}
