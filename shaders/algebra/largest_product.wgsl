// The largest of each query's products with rows, beside the largest of rows before these:
//   best[i] = the largest of best[i] and |products[i][j]| over all j, ties to best[i], then to the lowest j
//
// products  [queries][quads]   vec4, zeros past the last row; row j is number offset + j
// best      [queries]          (bits of the magnitude, number)
//
// A workgroup owns a query, of those from `first` on, and its lanes neighbouring vec4s of products; then a tree of
// comparisons. Cost: reads each product once, 2 FLOPs.
struct Shape {
  first: u32,
  count: u32,
  quads: u32,
  offset: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> products: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> best: array<vec2u>;

// A power of two.
const WORKGROUP = 64;

var<workgroup> sizes: array<f32, WORKGROUP>;
var<workgroup> rows: array<u32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let own = group.x + group.y * groups.x;
  if (own >= shape.count) {
    return;
  }
  let query = shape.first + own;
  var largest = 0f;
  var row = 0u;
  for (var quad = lane; quad < shape.quads; quad += WORKGROUP) {
    let four = abs(products[query * shape.quads + quad]);
    #repeat i 0..4
    row = select(row, 4 * quad + $i, four[$i] > largest);
    largest = max(largest, four[$i]);
    #end
  }
  sizes[lane] = largest;
  rows[lane] = row;
  for (var half = u32(WORKGROUP / 2); half > 0; half /= 2) {
    workgroupBarrier();
    if (lane < half) {
      let other = sizes[lane + half];
      let is_before = other == sizes[lane] && rows[lane + half] < rows[lane];
      if (other > sizes[lane] || is_before) {
        sizes[lane] = other;
        rows[lane] = rows[lane + half];
      }
    }
  }
  if (lane == 0 && sizes[0] > bitcast<f32>(best[query].x)) {
    best[query] = vec2u(bitcast<u32>(sizes[0]), shape.offset + rows[0]);
  }
}
