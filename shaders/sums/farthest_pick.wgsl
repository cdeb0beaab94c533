// picks[round] = the row of highest cost over all blocks, heights[round] = that cost; ties go to
// the lowest row.
//
// best      [blocks]  see farthest_blocks.wgsl
// best_row  [blocks]
// picks     [..]
// heights   [..]
//
// One workgroup: each invocation looks at a share of neighbouring blocks. Cost: reads 8 bytes a block.
struct Shape {
  blocks: u32,
  round: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> best: array<f32>;
@group(0) @binding(2) var<storage, read> best_row: array<u32>;
@group(0) @binding(3) var<storage, read_write> picks: array<u32>;
@group(0) @binding(4) var<storage, read_write> heights: array<f32>;

const WORKGROUP = 64;

var<workgroup> lane_block: array<u32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
  let share = (shape.blocks + WORKGROUP - 1) / WORKGROUP;
  var chosen = min(lane * share, shape.blocks - 1);
  for (var b = chosen; b < min((lane + 1) * share, shape.blocks); b++) {
    if (best[b] > best[chosen]) {
      chosen = b;
    }
  }
  lane_block[lane] = chosen;
  workgroupBarrier();
  if (lane == 0) {
    for (var i = 1u; i < WORKGROUP; i++) {
      if (best[lane_block[i]] > best[chosen]) {
        chosen = lane_block[i];
      }
    }
    picks[shape.round] = best_row[chosen];
    heights[shape.round] = best[chosen];
  }
}
