// Finds the drawn rows inside the drawn blocks (see seed_blocks.wgsl) that lie in this slice of a chunk:
// picked[t] is the first row of the block whose cumulative w_i closest_i exceeds rest[t]. In a block
// without any mass (fewer distinct rows than centres) picked[t] stays: a row drawn before.
//
// closest  [trials][stride]  of trial chosen[0], the slice's rows
// chosen   [1]
// weights  [rows of the chunk], those of the slice from `first` on; read if WEIGHTED
// picked   [draws]  row number in the whole, in and out
//
// An invocation owns one draw. Cost: at most BLOCK steps.
// Lines of memory: blocks that were drawn lie anywhere; a lane goes down its own, and a line serves it for 32
//   turns. There are as many lanes as draws.
struct Shape {
  start: u32,
  first: u32,
  rows: u32,
  stride: u32,
  draws: u32,
  first_block: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> closest: array<f32>;
@group(0) @binding(2) var<storage, read> chosen: array<u32>;
@group(0) @binding(3) var<storage, read> weights: array<f32>;
@group(0) @binding(4) var<storage, read> drawn: array<u32>;
@group(0) @binding(5) var<storage, read> rest: array<f32>;
@group(0) @binding(6) var<storage, read_write> picked: array<u32>;

const WORKGROUP = 64;
const BLOCK = 64;
const WEIGHTED = false;
const NONE = 0xffffffffu;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let t = (group.x + group.y * groups.x) * WORKGROUP + lane;
  if (t >= shape.draws || drawn[t] < shape.first_block) {
    return;
  }
  let first = (drawn[t] - shape.first_block) * BLOCK;
  if (first >= shape.rows) {
    return;
  }
  var left = rest[t];
  var found = NONE;
  for (var row = first; row < min(first + BLOCK, shape.rows); row++) {
    var mass = closest[chosen[0] * shape.stride + row];
    if (WEIGHTED) {
      mass *= weights[shape.first + row];
    }
    if (mass > 0) {
      found = row;
      if (left < mass) {
        break;
      }
      left -= mass;
    }
  }
  if (found != NONE) {
    picked[t] = shape.start + found;
  }
}
