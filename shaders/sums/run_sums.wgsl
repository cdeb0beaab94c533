// sums[r] = sum of values[i] over run r of RUN neighbouring values, in order. The host adds the
// runs in float64.
//
// values  [count]
// sums    [ceil(count / RUN)]
//
// An invocation owns one run. Cost: N FLOPs; reads 4 N bytes.
// Lines of memory: a lane goes down its own run, as a sum is in order: a line serves it for 32 turns, and a
//   subgroup keeps 4 kB.
struct Shape {
  count: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> values: array<f32>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;

const WORKGROUP = 64;
const RUN = 256;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let run = (group.x + group.y * groups.x) * WORKGROUP + lane;
  let start = run * RUN;
  if (start >= shape.count) {
    return;
  }
  let end = min(start + RUN, shape.count);
  var sum = 0.0;
  for (var i = start; i < end; i++) {
    sum += values[i];
  }
  sums[run] = sum;
}
