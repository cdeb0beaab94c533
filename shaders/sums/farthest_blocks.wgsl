// The row of highest cost in each block of BLOCK rows, among those of positive weight; ties go to
// the lowest row. From the second round on, the row picked last is struck out first, and only its
// block is looked at again.
//
// costs    [rows]         squared distance to the own centroid; -1 once taken
// weights  [rows], read if WEIGHTED
// picks    [..]           rows picked so far, as numbers in the whole
// best     [all blocks]   the cost; -1 where no row is left
// best_row [all blocks]   the row, as a number in the whole
//
// An invocation owns one block. Cost: reads 4 N bytes in the first round.
// Lines of memory: a lane goes down its own block, and a line serves it for 32 turns; with a lane for 256 rows
//   few subgroups run at a time, each with 4 kB of lines. Only where a cluster is empty.
struct Shape {
  start: u32,
  rows: u32,
  round: u32,
  first_block: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read> picks: array<u32>;
@group(0) @binding(3) var<storage, read_write> costs: array<f32>;
@group(0) @binding(4) var<storage, read_write> best: array<f32>;
@group(0) @binding(5) var<storage, read_write> best_row: array<u32>;

const WORKGROUP = 64;
const BLOCK = 256;
const WEIGHTED = false;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let block = (group.x + group.y * groups.x) * WORKGROUP + lane;
  let first = block * BLOCK;
  if (first >= shape.rows) {
    return;
  }
  let end = min(first + BLOCK, shape.rows);
  if (shape.round > 0) {
    let taken = picks[shape.round - 1];
    if (taken < shape.start + first || taken >= shape.start + end) {
      return;
    }
    costs[taken - shape.start] = -1;
  }
  var highest = -1.0;
  var where_highest = shape.start + first;
  for (var row = first; row < end; row++) {
    var cost = costs[row];
    if (WEIGHTED && weights[row] == 0) {
      cost = -1;
    }
    if (cost > highest) {
      highest = cost;
      where_highest = shape.start + row;
    }
  }
  best[shape.first_block + block] = highest;
  best_row[shape.first_block + block] = where_highest;
}
