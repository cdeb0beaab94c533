// Cholesky factors of M symmetric matrices, in place: L L^T = C, lower triangular, zeros above the
// diagonal in its quads; and the offsets of the components that have them:
//   offset_k = log weight_k - sum of log L_jj
//
// matrices    [4 quads][quads][M]  vec4: of row i the quads up to the diagonal
// components  [K]                  vec2: y is the log weight. TIED: M is 1 and K components share it
// state       [2] the first matrix with a pivot not above 0, which is taken to be 1
// offsets     [K]
//
// An invocation owns one matrix and takes it row by row (Cholesky-Banachiewicz).
// Cost: M D^3 / 3 FLOPs.
struct Shape {
  clusters: u32,
  quads: u32,
  matrices: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> components: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> state: array<atomic<u32>>;
@group(0) @binding(3) var<storage, read_write> matrices: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> offsets: array<f32>;

const WORKGROUP = 64;
const TIED = false;
const HALTED = 1;
const FAILED = 2;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let m = (group.x + group.y * groups.x) * WORKGROUP + lane;
  if (atomicLoad(&state[HALTED]) != 0 || m >= shape.matrices) {
    return;
  }
  var logs = 0.0;
  for (var i = 0u; i < 4 * shape.quads; i++) {
    let row = i * shape.quads;
    for (var q = 0u; q <= i / 4; q++) {
      let given = matrices[(row + q) * shape.matrices + m];
      // What is not yet known of the quad is zero, and so drops out of the products.
      var known = vec4f();
      let end = min(4u, i - 4 * q + 1);
      for (var c = 0u; c < end; c++) {
        let j = 4 * q + c;
        let other = j * shape.quads;
        var sum = given[c];
        for (var p = 0u; p < q; p++) {
          sum -= dot(matrices[(row + p) * shape.matrices + m], matrices[(other + p) * shape.matrices + m]);
        }
        if (j < i) {
          let pivot = matrices[(other + q) * shape.matrices + m];
          known[c] = (sum - dot(known, pivot)) / pivot[c];
          continue;
        }
        sum -= dot(known, known);
        if (sum <= 0) {
          atomicMin(&state[FAILED], m);
          sum = 1.0;
        }
        known[c] = sqrt(sum);
        logs += log(known[c]);
      }
      matrices[(row + q) * shape.matrices + m] = known;
    }
  }
  if (TIED) {
    for (var k = 0u; k < shape.clusters; k++) {
      offsets[k] = components[k].y - logs;
    }
  } else {
    offsets[m] = components[m].y - logs;
  }
}
