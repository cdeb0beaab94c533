// Lines of a picture, as its numbers lie, under a filter of three columns at most:
//   result[y][CHANNELS x + c] = sum_s sum_t weights[s][t] lines[y + s][CHANNELS (x + t) + c]
// which is a convolution where the kernel was turned round and the lines begin so much earlier, in what the border says.
//
// lines    [in_rows][in_quads]  BYTES: four numbers of 8 bits a word, the first lowest; else four float32 by their bits;
//                               in_rows >= rows + kernel_rows - 1, in_quads >= quads + 2
// weights  [kernel_rows]        vec4, of three columns
// result   [rows][quads]        vec4
//
// An invocation, of those from `first` on, owns a vec4 in each of ROWS lines, one below the other, so that what it
// loads serves up to ROWS of them; neighbours stand side by side. A row of the kernel is summed by itself.
// Cost: 6 FLOPs a number and row of the kernel; 2 or, of three or four channels, 3 loads of 4 bytes, or of 16, a
// line of ROWS + kernel_rows - 1 for 4 ROWS numbers, from memory once; writes 4 bytes a number.
struct Shape {
  first: u32,
  rows: u32,
  quads: u32,
  in_rows: u32,
  in_quads: u32,
  kernel_rows: u32,
}
#if BYTES
alias Quad = u32;
#else
alias Quad = vec4u;
#end
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> lines: array<Quad>;
@group(0) @binding(2) var<storage, read> weights: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> result: array<vec4f>;

const WORKGROUP = 64;
const ROWS = 4;
const BYTES = false;
const CHANNELS = 1;

fn quad_at(at: u32) -> vec4f {
  let quad = lines[at];
  #if BYTES
  return vec4f((vec4u(quad) >> vec4u(0, 8, 16, 24)) & vec4u(255));
  #else
  return bitcast<vec4f>(quad);
  #end
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = shape.first + (group.x + group.y * groups.x) * WORKGROUP + lane;
  let q = index % shape.quads;
  let top = index / shape.quads * ROWS;
  if (top >= shape.rows) {
    return;
  }
  #repeat r 0..ROWS
  var sum$r = vec4f();
  #end
  let last = min(ROWS + shape.kernel_rows - 1, shape.in_rows - top);
  for (var line = 0u; line < last; line++) {
    let start = (top + line) * shape.in_quads + q;
    let here = quad_at(start);
    let next = quad_at(start + 1);
    #if CHANNELS == 1
    let by_one = vec4f(here.yzw, next.x);
    let by_two = vec4f(here.zw, next.xy);
    #end
    #if CHANNELS == 2
    let by_one = vec4f(here.zw, next.xy);
    let by_two = next;
    #end
    #if CHANNELS == 3
    let by_one = vec4f(here.w, next.xyz);
    let by_two = vec4f(next.zw, quad_at(start + 2).xy);
    #end
    #if CHANNELS == 4
    let by_one = next;
    let by_two = quad_at(start + 2);
    #end
    #repeat r 0..ROWS
    // Below 0 it is far above all rows.
    if (line - $r < shape.kernel_rows) {
      let weight = weights[line - $r];
      sum$r += weight.x * here + weight.y * by_one + weight.z * by_two;
    }
    #end
  }
  let into = top * shape.quads + q;
  #repeat r 0..ROWS
  if (top + $r < shape.rows) {
    result[into + $r * shape.quads] = sum$r;
  }
  #end
}
