// Covariances from the sums that `gram` left, added up:
//   C_k = sum of r (x - c)(x - c)^T / owned - step step^T + ridge
// TIED: one matrix, the mean of the C_k by weight.
//
// totals       [K][gram's entries]      vec4
// moves        [K][quads]               vec4, see update_means.wgsl
// components   [K]                      vec2, likewise
// ridge        [quads]                  vec4, in squared scaled units; 1 past the last column
// covariances  [4 quads][quads][M]      vec4: of row i the quads up to the diagonal, for each of the
//              M matrices, so that neighbouring invocations hold neighbouring matrices
//
// An invocation owns one vec4. Cost: 3 K D^2 FLOPs.
// Lines of memory: what `gram` left lies matrix after matrix, and what `cholesky` reads side by side: so one of
//   them is far apart. It is K D^2 numbers once an iteration.
struct Shape {
  clusters: u32,
  quads: u32,
  matrices: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> totals: array<vec4f>;
@group(0) @binding(2) var<storage, read> moves: array<vec4f>;
@group(0) @binding(3) var<storage, read> components: array<vec2f>;
@group(0) @binding(4) var<storage, read> ridge: array<vec4f>;
@group(0) @binding(5) var<storage, read> state: array<u32>;
@group(0) @binding(6) var<storage, read_write> covariances: array<vec4f>;

const WORKGROUP = 64;
const TIED = false;
const HALTED = 1;

// import ../lib/gram_layout.wgsl

fn covariance(k: u32, i: u32, q: u32) -> vec4f {
  let product = totals[k * block_count(shape.quads) * ENTRY + gram_at(i, q)];
  let step = moves[k * shape.quads + i / 4][i % 4];
  return product / components[k].x - step * moves[k * shape.quads + q];
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
  let m = index % shape.matrices;
  let q = index / shape.matrices % shape.quads;
  let i = index / shape.matrices / shape.quads;
  if (i >= 4 * shape.quads || q > i / 4) {
    return;
  }
  var sum = vec4f();
  if (TIED) {
    for (var k = 0u; k < shape.clusters; k++) {
      sum += exp(components[k].y) * covariance(k, i, q);
    }
  } else {
    sum = covariance(m, i, q);
  }
  if (q == i / 4) {
    sum[i % 4] += ridge[q][i % 4];
  }
  covariances[index] = sum;
}
