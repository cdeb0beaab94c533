// A step of a recurrence with a sparse matrix, on a block of vectors side by side:
//   result[i] = alpha sum_e values[e] y[columns[e]] + beta y[i] + gamma x[i],  e in [starts[i], starts[i + 1])
//
// starts   [n + 1]   where the entries of each row begin
// columns  [nnz]     of the entries
// values   [nnz]
// y, x     [n][quads]   vec4: a row's numbers of all vectors
// result   [n][quads]   rows [first, first + rows) of it
//
// An invocation owns four vectors' numbers of one row; neighbours own the row's others, then the next row's,
// so that the entries are read at few addresses and a row of y by neighbouring lanes. Entries are summed in
// runs of RUN. Cost: 8 FLOPs an entry and quad; 8 bytes an entry, and 16 a quad of y, from the cache at best.
// Lines of memory: entries lie row after row, and a row's columns anywhere; where a row of y is shorter than a
//   line, or neighbours own several rows, so are their loads.
struct Shape {
  first: u32,
  rows: u32,
  quads: u32,
  alpha: f32,
  beta: f32,
  gamma: f32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> starts: array<u32>;
@group(0) @binding(2) var<storage, read> columns: array<u32>;
@group(0) @binding(3) var<storage, read> values: array<f32>;
@group(0) @binding(4) var<storage, read> y: array<vec4f>;
@group(0) @binding(5) var<storage, read> x: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> result: array<vec4f>;

const WORKGROUP = 64;
const RUN = 256u;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.x + group.y * groups.x) * WORKGROUP + lane;
  let own = index / shape.quads;
  let q = index % shape.quads;
  if (own >= shape.rows) {
    return;
  }
  let i = shape.first + own;
  let end = starts[i + 1];
  var sum = vec4f();
  for (var e = starts[i]; e < end;) {
    let stop = min(e + RUN, end);
    var run = vec4f();
    for (; e < stop; e++) {
      run += values[e] * y[columns[e] * shape.quads + q];
    }
    sum += run;
  }
  let at = i * shape.quads + q;
  result[at] = shape.alpha * sum + (shape.beta * y[at] + shape.gamma * x[at]);
}
