// Weights and means from the sums that `gram` (or, DIAGONAL, `moments`) left, added up:
//   owned[k] = N_k + LEAST,  moves[k] = sum of r_nk (x_n - c_k) / owned[k]
//   means[k] = c_k + moves[k]
//
// totals       [K][gram's or moments' entries]   vec4
// centres      [K][quads]                        vec4: c, what the sums are about
// components   [K]                               vec2: owned, log(owned / sum of owned)
// moves, means [K][quads]                        vec4
//
// An invocation owns one quad of one component. Cost: 8 K D + K^2 FLOPs.
struct Shape {
  clusters: u32,
  quads: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> totals: array<vec4f>;
@group(0) @binding(2) var<storage, read> centres: array<vec4f>;
@group(0) @binding(3) var<storage, read> state: array<u32>;
@group(0) @binding(4) var<storage, read_write> components: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> moves: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> means: array<vec4f>;

const WORKGROUP = 64;
const DIAGONAL = false;
const HALTED = 1;
// Ten times float64's epsilon, as in scikit-learn: a component without rows has a logarithm too.
const LEAST = 2.22e-15;

// import ../lib/gram_layout.wgsl

fn weight(k: u32) -> f32 {
  if (DIAGONAL) {
    return totals[2 * k * (shape.quads + 1) + 2 * shape.quads].x + LEAST;
  }
  return totals[k * block_count(shape.quads) * ENTRY + WEIGHT].x + LEAST;
}

fn residual(k: u32, q: u32) -> vec4f {
  if (DIAGONAL) {
    return totals[2 * k * (shape.quads + 1) + 2 * q];
  }
  // The block on the diagonal is the last of its row of blocks.
  let block = block_count(q + 1) - 1;
  return totals[(k * block_count(shape.quads) + block) * ENTRY + RESIDUALS + q % 2];
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  if (state[HALTED] != 0) {
    return;
  }
  let index = (group.x + group.y * groups.x) * WORKGROUP + lane;
  let k = index / shape.quads;
  let q = index % shape.quads;
  if (k >= shape.clusters) {
    return;
  }
  let own = weight(k);
  let step = residual(k, q) / own;
  moves[index] = step;
  means[index] = centres[index] + step;
  if (q != 0) {
    return;
  }
  var total = 0.0;
  for (var c = 0u; c < shape.clusters; c++) {
    total += weight(c);
  }
  components[k] = vec2f(own, log(own / total));
}
