// Filters and keeps every step-th number of images, given and made as spectra:
//   Y[i][f][k][l] = sum over a, c < step of F[f][k + a n][l + c m] X[first_item + i][k + a n][l + c m]
//
// Filters are real, spectra complex. Two real products leave a spectrum in two halves of step n rows each: X is the
// upper plus i times the lower.
//
// x         [.][2 step n][step m / 2]           vec4: two complex numbers; m is even
// filters   [count][step n][2 ceil(step m / 4)]  vec2: two numbers
// y         [items][count][n][m / 2]            vec4, as in x
//
// An invocation, of those from `first` on, owns a vec4; neighbours lie side by side in all three.
// Lines of memory: maps are small, so that a subgroup's lanes span several rows of a filter, each in lines of its own.
// Cost: 8 FLOPs and 20
// bytes a number that is summed, most of them from caches, as the filters share a spectrum.
struct Shape {
  first: u32,
  first_item: u32,
  items: u32,
  count: u32,
  rows: u32,
  pairs: u32,
  step: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> filters: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;

const WORKGROUP = 64;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = shape.first + (group.x + group.y * groups.x) * WORKGROUP + lane;
  let pair = index % shape.pairs;
  let row = index / shape.pairs % shape.rows;
  let map = index / shape.pairs / shape.rows;
  if (map >= shape.items * shape.count) {
    return;
  }
  let height = shape.step * shape.rows;
  let width = shape.step * shape.pairs;
  let spectrum = (shape.first_item + map / shape.count) * 2 * height;
  let filter_row = map % shape.count * height;
  // Rows of whole vec4s.
  let stride = (width + 1) / 2 * 2;
  var sum = vec4f();
  for (var a = row; a < height; a += shape.rows) {
    for (var c = pair; c < width; c += shape.pairs) {
      let upper = x[(spectrum + a) * width + c];
      let lower = x[(spectrum + height + a) * width + c];
      sum += filters[(filter_row + a) * stride + c].xxyy * (upper + vec4f(-1, 1, -1, 1) * lower.yxwz);
    }
  }
  y[index] = sum;
}
