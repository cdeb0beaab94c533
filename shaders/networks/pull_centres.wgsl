// What the rows of a batch do to the centres they are drawn to, of weights c_ij:
//   the gradient        out_j = -sum_i c_ij (z_i - m_j)
//   where FOLLOW        m_j += sum_i h_ij (z_i - m_j) / count_j after count_j += sum_i h_ij, h_ij = 1 where c_ij > 0
// the latter being what one row after the other with rates 1 / count_j would come to (MacQueen 1967).
//
// z        [rows][quads]         vec4
// c        [rows][ceil(k / 4)]   vec4, see cluster_weights.wgsl
// centres  [k][quads]            vec4: m; FOLLOW changes it
// out      [k][quads]            vec4; where FOLLOW [k] f32: count
//
// A workgroup owns a centre; invocation `lane` takes every WORKGROUP-th row, and all quads one after the other. The sums of a
// quad are then added as a tree.
// Lines of memory: a lane takes a number of its own row, and neighbouring quads and centres take the others of the line
//   later; a batch's rows are few and stay in the cache.
// Cost: 12 FLOPs a row and vec4.
struct Shape {
  rows: u32,
  quads: u32,
  k: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> z: array<vec4f>;
@group(0) @binding(2) var<storage, read> c: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> centres: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> out: array<f32>;

const WORKGROUP = 64;
const FOLLOW = false;

var<workgroup> parts: array<vec4f, WORKGROUP>;

fn added(mine: vec4f, lane: u32) -> vec4f {
  var sum = mine;
  for (var half = WORKGROUP / 2u; half > 0; half /= 2) {
    parts[lane] = sum;
    workgroupBarrier();
    if (lane < half) {
      sum += parts[lane + half];
    }
    workgroupBarrier();
  }
  return sum;
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let j = group.x + group.y * groups.x;
  if (j >= shape.k) {
    return;
  }
  let fours = (shape.k + 3) / 4;
  #if FOLLOW
  var mine = 0f;
  for (var i = lane; i < shape.rows; i += WORKGROUP) {
    mine += select(0f, 1f, c[i * fours + j / 4][j % 4] > 0);
  }
  let came = added(vec4f(mine), lane).x;
  let count = out[j] + came;
  #end
  for (var q = 0u; q < shape.quads; q++) {
    let m = centres[j * shape.quads + q];
    var sum = vec4f();
    for (var i = lane; i < shape.rows; i += WORKGROUP) {
      let weight = c[i * fours + j / 4][j % 4];
      #if FOLLOW
      sum += select(0f, 1f, weight > 0) * (z[i * shape.quads + q] - m);
      #else
      sum -= weight * (z[i * shape.quads + q] - m);
      #end
    }
    sum = added(sum, lane);
    if (lane == 0) {
      #if FOLLOW
      centres[j * shape.quads + q] = m + sum / max(count, 1);
      #else
      #repeat r 0..4
      out[4 * (j * shape.quads + q) + $r] = sum[$r];
      #end
      #end
    }
  }
  #if FOLLOW
  if (lane == 0) {
    out[j] = count;
  }
  #end
}
