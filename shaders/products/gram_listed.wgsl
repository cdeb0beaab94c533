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
@group(0) @binding(1) var<storage, read> points: array<vec4f>;
@group(0) @binding(2) var<storage, read> order: array<u32>;
@group(0) @binding(3) var<storage, read> rows: array<u32>;
@group(0) @binding(4) var<storage, read> items: array<vec4u>;
@group(0) @binding(5) var<storage, read_write> partial: array<vec4f>;

const WORKGROUP = 16;
const LANES = 4;
const RUN = 512;

// import ../lib/points_layout.wgsl

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
  // Which of the tile's quads this lane loads for all, and of which of two rows.
  let part = subgroup_lane % LANES;
  let passed = quad_at(4 * item.x + part % 4);
  let own = quad_at(4 * item.x + WORKGROUP * item.w + lane);
  let at = (index - shape.first_kept) * 16 * WORKGROUP + lane;
  for (var start = item.y; start < item.z; start += RUN) {
    let end = min(start + RUN, item.z);
    var a0 = vec4f();
    var a1 = vec4f();
    var a2 = vec4f();
    var a3 = vec4f();
    var b0 = vec4f();
    var b1 = vec4f();
    var b2 = vec4f();
    var b3 = vec4f();
    var c0 = vec4f();
    var c1 = vec4f();
    var c2 = vec4f();
    var c3 = vec4f();
    var d0 = vec4f();
    var d1 = vec4f();
    var d2 = vec4f();
    var d3 = vec4f();
    for (var i = start; i < end; i += 2) {
      let row = rows[i];
      let next = rows[min(i + 1, end - 1)];
      let x = points[passed + select(row, next, part >= 4)];
      var x_next = x;
      if (LANES < 8) {
        x_next = points[passed + next];
      }
      let y = points[own + row];
      let y_next = select(vec4f(), points[own + next], i + 1 < end);
      let p0 = subgroupBroadcast(x, 0);
      let p1 = subgroupBroadcast(x, 1);
      let p2 = subgroupBroadcast(x, 2);
      let p3 = subgroupBroadcast(x, 3);
      let q0 = subgroupBroadcast(x_next, 4 % LANES);
      let q1 = subgroupBroadcast(x_next, 5 % LANES);
      let q2 = subgroupBroadcast(x_next, 6 % LANES);
      let q3 = subgroupBroadcast(x_next, 7 % LANES);
      a0 += p0.x * y + q0.x * y_next;
      a1 += p0.y * y + q0.y * y_next;
      a2 += p0.z * y + q0.z * y_next;
      a3 += p0.w * y + q0.w * y_next;
      b0 += p1.x * y + q1.x * y_next;
      b1 += p1.y * y + q1.y * y_next;
      b2 += p1.z * y + q1.z * y_next;
      b3 += p1.w * y + q1.w * y_next;
      c0 += p2.x * y + q2.x * y_next;
      c1 += p2.y * y + q2.y * y_next;
      c2 += p2.z * y + q2.z * y_next;
      c3 += p2.w * y + q2.w * y_next;
      d0 += p3.x * y + q3.x * y_next;
      d1 += p3.y * y + q3.y * y_next;
      d2 += p3.z * y + q3.z * y_next;
      d3 += p3.w * y + q3.w * y_next;
    }
    if (start > item.y) {
      a0 += partial[at];
      a1 += partial[at + WORKGROUP];
      a2 += partial[at + 2 * WORKGROUP];
      a3 += partial[at + 3 * WORKGROUP];
      b0 += partial[at + 4 * WORKGROUP];
      b1 += partial[at + 5 * WORKGROUP];
      b2 += partial[at + 6 * WORKGROUP];
      b3 += partial[at + 7 * WORKGROUP];
      c0 += partial[at + 8 * WORKGROUP];
      c1 += partial[at + 9 * WORKGROUP];
      c2 += partial[at + 10 * WORKGROUP];
      c3 += partial[at + 11 * WORKGROUP];
      d0 += partial[at + 12 * WORKGROUP];
      d1 += partial[at + 13 * WORKGROUP];
      d2 += partial[at + 14 * WORKGROUP];
      d3 += partial[at + 15 * WORKGROUP];
    }
    partial[at] = a0;
    partial[at + WORKGROUP] = a1;
    partial[at + 2 * WORKGROUP] = a2;
    partial[at + 3 * WORKGROUP] = a3;
    partial[at + 4 * WORKGROUP] = b0;
    partial[at + 5 * WORKGROUP] = b1;
    partial[at + 6 * WORKGROUP] = b2;
    partial[at + 7 * WORKGROUP] = b3;
    partial[at + 8 * WORKGROUP] = c0;
    partial[at + 9 * WORKGROUP] = c1;
    partial[at + 10 * WORKGROUP] = c2;
    partial[at + 11 * WORKGROUP] = c3;
    partial[at + 12 * WORKGROUP] = d0;
    partial[at + 13 * WORKGROUP] = d1;
    partial[at + 14 * WORKGROUP] = d2;
    partial[at + 15 * WORKGROUP] = d3;
  }
}
