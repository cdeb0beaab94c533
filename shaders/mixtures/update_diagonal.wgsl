// Factors and offsets of components of diagonal covariances:
//   variance_j = sum of r (x - c)_j^2 / owned - move_j^2 + ridge_j
//   factor_j = variance_j^(-1/2),  offset = log weight + sum of log factor_j
// KIND 0: as above; 1, spherical: with the mean over the columns of unit_j^2 variance_j, divided by
// unit_j^2, for each, where the offset leaves out sum of log unit_j; 2, fixed: the ridge alone is
// the variance.
//
// totals       [K][quads + 1][2]  vec4, see moments.wgsl
// moves        [K][quads]         vec4, see update_means.wgsl
// components   [K]                vec2, likewise
// columns      [2][quads]         vec4: ridges, in squared scaled units; then the units, 1 / scale
//              over the largest of them, so that no square leaves float32
// state        [2] the first component with a variance that is not above `least`: columns being
//              scaled to deviations of about 1, one of which the rounding of a mean shows
// factors      [K][quads]         vec4; nothing is written past the last column
// offsets      [K]
//
// An invocation owns one component. Cost: some 10 K D FLOPs.
// Lines of memory: a lane goes along its own component, as a sum over the columns is in order: a line serves it
//   for 32 turns (of the totals 16). All is K D numbers.
struct Shape {
  clusters: u32,
  quads: u32,
  columns: u32,
  least: f32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> totals: array<vec4f>;
@group(0) @binding(2) var<storage, read> moves: array<vec4f>;
@group(0) @binding(3) var<storage, read> components: array<vec2f>;
@group(0) @binding(4) var<storage, read> columns: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> state: array<atomic<u32>>;
@group(0) @binding(6) var<storage, read_write> factors: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> offsets: array<f32>;

const WORKGROUP = 64;
const KIND = 0;
const HALTED = 1;
const FAILED = 2;

fn variance(k: u32, j: u32) -> f32 {
  let ridge = columns[j / 4][j % 4];
  if (KIND == 2) {
    return ridge;
  }
  let squares = totals[2 * k * (shape.quads + 1) + 2 * (j / 4) + 1][j % 4];
  let step = moves[k * shape.quads + j / 4][j % 4];
  return squares / components[k].x - step * step + ridge;
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let k = (group.x + group.y * groups.x) * WORKGROUP + lane;
  if (atomicLoad(&state[HALTED]) != 0 || k >= shape.clusters) {
    return;
  }
  var shared_variance = 0.0;
  for (var j = 0u; KIND == 1 && j < shape.columns; j++) {
    let unit = columns[shape.quads + j / 4][j % 4];
    shared_variance += variance(k, j) * unit * unit / f32(shape.columns);
  }
  var logs = 0.0;
  for (var j = 0u; j < shape.columns; j++) {
    var own = shared_variance;
    var unit = columns[shape.quads + j / 4][j % 4];
    if (KIND != 1) {
      own = variance(k, j);
      unit = 1.0;
    }
    // Of a shared variance, the column of unit 1 has the least in its own units.
    if (own <= shape.least) {
      atomicMin(&state[FAILED], k);
      own = shape.least;
    }
    let root = inverseSqrt(own);
    factors[k * shape.quads + j / 4][j % 4] = root * unit;
    logs += log(root);
  }
  offsets[k] = components[k].y + logs;
}
