// Products of columns over listed rows, for X^T X of columns that are zero in many rows: a tile of 16
// columns needs none but the rows that hold anything in it.
//   partial[t][i][j] = sum over the rows n that item first_item + t lists of x_ni x_nj,
//                      for the 16 columns i of the item's tile and 4 WORKGROUP columns j
//
// points   see lib/points_layout.wgsl
// order    [4 tiles]                quads of columns; a tile is four of them in a row
// rows     where the first quad of each listed row lies in points
// items    (tile, start, end, block): rows [start, end) of the list; the columns j are those of the
//          quads from 4 tile + WORKGROUP block on in the order, the last one again past its end
// partial  [items][16][WORKGROUP]   vec4; this dispatch writes from first_item - first_kept on
//
// A workgroup owns an item, an invocation one of its quads j: see gram_subgroups.wgsl, whose loop this
// is. Each RUN rows are added up in registers, the runs of an item one after the other in memory.
// Cost: 128 WORKGROUP FLOPs a listed row; two rows take 4 + 8 / LANES loads for 128 FMAs.
enable subgroups;

struct Shape {
  first_item: u32,
  first_kept: u32,
  items: u32,
  positions: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<Stored>;
@group(0) @binding(2) var<storage, read> order: array<u32>;
@group(0) @binding(3) var<storage, read> rows: array<u32>;
@group(0) @binding(4) var<storage, read> items: array<vec4u>;
@group(0) @binding(5) var<storage, read_write> partial: array<vec4f>;

const WORKGROUP = 16;
const RUN = 512;

// import ../lib/points_layout.wgsl
// import ../lib/two_rows.wgsl

// Where a quad of the order lies within a row.
fn quad_at(position: u32) -> u32 {
  return order[min(position, shape.positions - 1)] * BLOCK_ROWS;
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
) {
  let index = shape.first_item + group.x + group.y * groups.x;
  if (index >= shape.items) {
    return;
  }
  let item = items[index];
  let part = subgroup_lane % LANES;
  let passed = quad_at(4 * item.x + part % 4);
  let own = quad_at(4 * item.x + WORKGROUP * item.w + lane);
  let at = (index - shape.first_kept) * 16 * WORKGROUP + lane;
  for (var start = item.y; start < item.z; start += RUN) {
    let end = min(start + RUN, item.z);
    #repeat i 0..16
    var product$i = vec4f();
    #end
    for (var i = start; i < end; i += 2) {
      let row = rows[i];
      let next = rows[min(i + 1, end - 1)];
      let x = two_rows(passed + row, passed + next, part);
      let y = unpacked(points[own + row]);
      let y_next = select(vec4f(), unpacked(points[own + next]), i + 1 < end);
      #repeat j 0..4
      let p$j = subgroupBroadcast(x.first, $j);
      let q$j = subgroupBroadcast(x.second, $((j + 4) % LANES));
      #end
      #repeat i 0..16
      product$i += p$(i / 4)[$(i % 4)] * y + q$(i / 4)[$(i % 4)] * y_next;
      #end
    }
    if (start > item.y) {
      #repeat i 0..16
      product$i += partial[at + $i * WORKGROUP];
      #end
    }
    #repeat i 0..16
    partial[at + $i * WORKGROUP] = product$i;
    #end
  }
}
