// The Gram matrix X^T X of many columns where subgroups are at hand, as partial sums of runs of rows:
//   partial[l][i][j] = sum over the rows n of run l of x_ni x_nj, for columns j up to i's tile
//
// points   see lib/points_layout.wgsl; run l is run_rows rows from first + l run_rows on, the last one
//          shorter: [first, first + rows) in all
// partial  [runs][16 tiles][quads]       vec4; tiles = ceil(quads / 4) of 16 columns. What lies above
//                                        the diagonal is written for some entries only.
//
// A workgroup owns one run, 16 columns i and 4 WORKGROUP columns j; an invocation 4 of the latter,
// with 16 x 4 sums in registers. Each lane loads one quad of the 16 columns and the subgroup passes
// it round, see lib/two_rows.wgsl.
// Cost: N D^2 FLOPs; two rows take 2 + 8 / LANES loads for 128 FMAs. On lavapipe (LANES 8) 2.3 times
// as fast as gram.wgsl (10,240 x 784), whose 4 loads serve 64.
enable subgroups;

struct Shape {
  first: u32,
  rows: u32,
  quads: u32,
  run_rows: u32,
  first_run: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<Stored>;
@group(0) @binding(2) var<storage, read_write> partial: array<vec4f>;

// 16 beat 8, 32 and 64 on lavapipe by 5 to 15 %.
const WORKGROUP = 16;

// import ../lib/points_layout.wgsl
// import ../lib/two_rows.wgsl

fn row_at(row: u32) -> u32 {
  return point_at(shape.first + row, shape.quads);
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
) {
  let workgroup = group.x + group.y * groups.x;
  let across = (shape.quads + WORKGROUP - 1) / WORKGROUP;
  let tiles = (shape.quads + 3) / 4;
  let run = shape.first_run + workgroup / (tiles * across);
  let tile = workgroup / across % tiles;
  let first_quad = workgroup % across * WORKGROUP;
  let start = run * shape.run_rows;
  // Uniform over the workgroup: past the rows, or wholly above the diagonal.
  if (start >= shape.rows || first_quad > 4 * tile + 3) {
    return;
  }
  let end = min(start + shape.run_rows, shape.rows);
  let quad = first_quad + lane;
  let own = min(quad, shape.quads - 1) * BLOCK_ROWS;
  let part = subgroup_lane % LANES;
  let passed = min(4 * tile + part % 4, shape.quads - 1) * BLOCK_ROWS;
  #repeat i 0..16
  var product$i = vec4f();
  #end
  for (var row = start; row < end; row += 2) {
    let next = min(row + 1, end - 1);
    let x = two_rows(passed + row_at(row), passed + row_at(next), part);
    let y = unpacked(points[own + row_at(row)]);
    let y_next = select(vec4f(), unpacked(points[own + row_at(next)]), next > row);
    #repeat j 0..4
    let p$j = subgroupBroadcast(x.first, $j);
    let q$j = subgroupBroadcast(x.second, $((j + 4) % LANES));
    #end
    #repeat i 0..16
    product$i += p$(i / 4)[$(i % 4)] * y + q$(i / 4)[$(i % 4)] * y_next;
    #end
  }
  if (quad >= shape.quads) {
    return;
  }
  let step = shape.quads;
  let at = (run * tiles + tile) * 16 * step + quad;
  #repeat i 0..16
  partial[at + $i * step] = product$i;
  #end
}
