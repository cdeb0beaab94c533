// Inverses of M lower triangular matrices, laid out as `log_density` reads them.
//
// matrices  [4 quads][quads][M]    vec4, see cholesky.wgsl
// factors   [M][factor_stride]     vec4, see lib/factor_layout.wgsl; elements above the diagonal and
//           past the last column are not written
// state     [2] the first matrix whose inverse L^-1 has an element (i, j) above REACH / |row j of L| (see
//           SOUND_REACH in src/methods/gaussian_mixture/mixture_step.ts) or above `most`: columns being
//           scaled to deviations of about 1, one that is narrow beside them
//
// An invocation owns one column of one inverse, by forward substitution. Cost: M D^3 / 3 FLOPs.
// Lines of memory: neighbouring lanes own neighbouring matrices, which `cholesky` left side by side, but their
//   inverses lie one after the other, as `log_density` reads them: a lane goes down its own.
struct Shape {
  quads: u32,
  columns: u32,
  matrices: u32,
  factor_stride: u32,
  most: f32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> matrices: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> state: array<atomic<u32>>;
@group(0) @binding(3) var<storage, read_write> factors: array<f32>;

const WORKGROUP = 64;
const REACH = 32.0;
const HALTED = 1;
const FAILED = 2;

// import ../lib/factor_layout.wgsl

fn element(m: u32, i: u32, j: u32) -> f32 {
  return matrices[(i * shape.quads + j / 4) * shape.matrices + m][j % 4];
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  if (atomicLoad(&state[HALTED]) != 0) {
    return;
  }
  let index = (group.x + group.y * groups.x) * WORKGROUP + lane;
  let m = index % shape.matrices;
  let j = index / shape.matrices;
  if (j >= shape.columns) {
    return;
  }
  let base = 4 * m * shape.factor_stride;
  var square = 0.0;
  for (var p = 0u; p <= j; p++) {
    let own = element(m, j, p);
    square += own * own;
  }
  var largest = 1 / element(m, j, j);
  factors[base + factor_index(j, j)] = largest;
  for (var i = j + 1; i < shape.columns; i++) {
    var sum = 0.0;
    for (var p = j; p < i; p++) {
      sum -= element(m, i, p) * factors[base + factor_index(p, j)];
    }
    let solved = sum / element(m, i, i);
    factors[base + factor_index(i, j)] = solved;
    largest = max(largest, abs(solved));
  }
  if (largest * sqrt(square) > REACH || largest > shape.most) {
    atomicMin(&state[FAILED], m);
  }
}
