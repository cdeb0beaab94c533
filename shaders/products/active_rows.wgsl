// Which rows hold anything but zeros, quad of columns by quad of columns:
//   bit r of found[q][w] = any(points[q][first + 32 w + r] != 0)
//
// points  see lib/points_layout.wgsl; rows [first, first + rows) of them
// found   [quads][ceil(rows / 32)]   u32
//
// An invocation owns one word. Cost: reads 16 ceil(D / 4) bytes a row, writes 1 / 128 of that.
struct Shape {
  first: u32,
  rows: u32,
  quads: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<Stored>;
@group(0) @binding(2) var<storage, read_write> found: array<u32>;

const WORKGROUP = 64;

// import ../lib/points_layout.wgsl

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.x + group.y * groups.x) * WORKGROUP + lane;
  let words = (shape.rows + 31) / 32;
  let quad = index / words;
  if (quad >= shape.quads) {
    return;
  }
  let start = index % words * 32;
  let count = min(32, shape.rows - start);
  var word = 0u;
  for (var r = 0u; r < count; r++) {
    let at = point_at(shape.first + start + r, shape.quads) + quad * BLOCK_ROWS;
    word |= select(0u, 1u << r, any(unpacked(points[at]) != vec4f()));
  }
  found[index] = word;
}
