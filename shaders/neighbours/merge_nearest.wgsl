// The k nearest of what is known and what was found in slices of more rows, all behind those known:
//   known[.][i] = the k least of known[.][i] and found[s][.][i] over the slices s, ties to those before
//
// known  [K][stride]           see lib/nearest_list.wgsl; columns [first, first + count) are this dispatch's
// found  [slices][K][stride]   likewise
//
// An invocation owns a column.
// Lines of memory: neighbours own neighbouring columns, but lists are shifted from where an entry belongs, which differs
//   from lane to lane; few entries are nearer than the last known.
// Cost: reads 8 K bytes a slice and column at most, as few of a slice's rows
// are nearer than the last that is known.
struct Shape {
  first: u32,
  count: u32,
  k: u32,
  stride: u32,
  slices: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> found: array<vec2u>;
@group(0) @binding(2) var<storage, read_write> known: array<vec2u>;

const WORKGROUP = 64;

// import ../lib/nearest_list.wgsl

fn entry_at(at: u32) -> vec2u {
  return known[at];
}

fn set_entry(at: u32, entry: vec2u) {
  known[at] = entry;
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (group.x + group.y * groups.x) * WORKGROUP + lane;
  if (i >= shape.count) {
    return;
  }
  let column = shape.first + i;
  var worst = known[(shape.k - 1) * shape.stride + column].x;
  for (var s = 0u; s < shape.slices; s++) {
    for (var p = 0u; p < shape.k; p++) {
      let entry = found[(s * shape.k + p) * shape.stride + column];
      if (entry.x >= worst) {
        break;
      }
      worst = insert(entry, column, shape.stride, shape.k);
    }
  }
}
