// Planes under a filter:
//   result[c][y][x] = sum_s sum_t weights[s][t] planes[c][y + s][x + t]
// which is a convolution where the kernel was turned round and the planes begin so much earlier.
//
// planes    [channels][in_rows][in_quads]    vec4; in_rows >= rows + kernel_rows - 1, in_quads >= quads + kernel_quads;
//                                            COLUMN: in_quads >= quads
// weights   [kernel_rows][kernel_quads]      vec4, zeros past the last column; COLUMN: a kernel of one column, whose
//                                            kernel_quads is 1 and of which x alone counts
// result    [channels][rows][quads]          vec4
//
// An invocation, of those from `first` on, owns a vec4 in each of ROWS rows, one below the other, so that what it
// loads serves up to ROWS of them; neighbours stand side by side. A row of the kernel is summed by itself.
// Cost: 2 FLOPs a number and weight; (ROWS + kernel_rows - 1) (kernel_quads + 1) / (4 ROWS) loads of 16 bytes a number,
// from memory once.
struct Shape {
  first: u32,
  channels: u32,
  rows: u32,
  quads: u32,
  in_rows: u32,
  in_quads: u32,
  kernel_rows: u32,
  kernel_quads: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> planes: array<vec4f>;
@group(0) @binding(2) var<storage, read> weights: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> result: array<vec4f>;

const WORKGROUP = 64;
const ROWS = 4;
const COLUMN = false;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = shape.first + (group.x + group.y * groups.x) * WORKGROUP + lane;
  let strips = (shape.rows + ROWS - 1) / ROWS;
  if (index >= shape.channels * strips * shape.quads) {
    return;
  }
  let q = index % shape.quads;
  let strip = index / shape.quads;
  let top = strip % strips * ROWS;
  let channel = strip / strips;
  #repeat r 0..ROWS
  var sum$r = vec4f();
  #end
  let lines = min(ROWS + shape.kernel_rows - 1, shape.in_rows - top);
  for (var line = 0u; line < lines; line++) {
    let start = (channel * shape.in_rows + top + line) * shape.in_quads + q;
    var here = planes[start];
    #if COLUMN
    #repeat r 0..ROWS
    // Below 0 it is far above all rows.
    if (line - $r < shape.kernel_rows) {
      sum$r += weights[line - $r].x * here;
    }
    #end
    #else
    #repeat r 0..ROWS
    var part$r = vec4f();
    #end
    for (var k = 0u; k < shape.kernel_quads; k++) {
      let next = planes[start + k + 1];
      let by_one = vec4f(here.yzw, next.x);
      let by_two = vec4f(here.zw, next.xy);
      let by_three = vec4f(here.w, next.xyz);
      #repeat r 0..ROWS
      if (line - $r < shape.kernel_rows) {
        let weight = weights[(line - $r) * shape.kernel_quads + k];
        part$r += weight.x * here + weight.y * by_one + weight.z * by_two + weight.w * by_three;
      }
      #end
      here = next;
    }
    #repeat r 0..ROWS
    sum$r += part$r;
    #end
    #end
  }
  let into = (channel * shape.rows + top) * shape.quads + q;
  #repeat r 0..ROWS
  if (top + $r < shape.rows) {
    result[into + $r * shape.quads] = sum$r;
  }
  #end
}
