// Draws blocks of rows with probability proportional to their mass, by the inverse of the
// cumulative sum: block_t is the first whose cumulative mass exceeds u_t times the total.
//
// masses   [blocks][stride]  in column chosen[0]
// chosen   [1]
// uniforms [..]     numbers in [0, 1); draws of this round start at first_draw
// drawn    [draws]  the block
// rest     [draws]  u_t total less the mass before the block: what is left to find inside it
//
// One workgroup: each invocation sums a share of the blocks, then each draws for itself.
// Cost: blocks FLOPs, and blocks / WORKGROUP + WORKGROUP steps a draw.
struct Shape {
  blocks: u32,
  draws: u32,
  first_draw: u32,
  stride: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> masses: array<f32>;
@group(0) @binding(2) var<storage, read> chosen: array<u32>;
@group(0) @binding(3) var<storage, read> uniforms: array<f32>;
@group(0) @binding(4) var<storage, read_write> drawn: array<u32>;
@group(0) @binding(5) var<storage, read_write> rest: array<f32>;

const WORKGROUP = 64;

var<workgroup> shares: array<f32, WORKGROUP>;

fn mass_of(block: u32) -> f32 {
  return masses[block * shape.stride + chosen[0]];
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
  let share = (shape.blocks + WORKGROUP - 1) / WORKGROUP;
  var mass = 0.0;
  for (var b = lane * share; b < min((lane + 1) * share, shape.blocks); b++) {
    mass += mass_of(b);
  }
  shares[lane] = mass;
  workgroupBarrier();
  var total = 0.0;
  for (var i = 0u; i < WORKGROUP; i++) {
    total += shares[i];
  }
  for (var t = lane; t < shape.draws; t += WORKGROUP) {
    // What is left at the start of the share, then the block, that is chosen: the last of any mass
    // where rounding leaves more than all have.
    var left = uniforms[shape.first_draw + t] * total;
    var next = left;
    var share_of = 0u;
    for (var i = 0u; i < WORKGROUP; i++) {
      if (shares[i] > 0) {
        share_of = i;
        left = next;
        if (left < shares[i]) {
          break;
        }
        next -= shares[i];
      }
    }
    next = left;
    var block = share_of * share;
    for (var b = block; b < min((share_of + 1) * share, shape.blocks); b++) {
      if (mass_of(b) > 0) {
        block = b;
        left = next;
        if (left < mass_of(b)) {
          break;
        }
        next -= mass_of(b);
      }
    }
    drawn[t] = block;
    rest[t] = left;
  }
}
