// Reads a buffer once, as fast as the adapter does it: neighbouring invocations read neighbouring
// elements, an f32 or (WIDE) a vec4f at a time, four loads independent of each other.
//   sums[i] = the sum of the elements i, i + invocations, i + 2 invocations ...
// Cost: the buffer's bytes, and a sum for each number.

const WORKGROUP = 64;
const WIDE = true;

// The same buffer twice.
@group(0) @binding(0) var<storage, read> numbers: array<f32>;
@group(0) @binding(1) var<storage, read> quads: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let step = groups.x * WORKGROUP;
  if (WIDE) {
    let count = arrayLength(&quads);
    var a = vec4f();
    var b = vec4f();
    var c = vec4f();
    var d = vec4f();
    for (var at = id.x; at < count; at += 4 * step) {
      a += quads[at];
      b += quads[at + step];
      c += quads[at + 2 * step];
      d += quads[at + 3 * step];
    }
    let all = a + b + c + d;
    sums[id.x] = all.x + all.y + all.z + all.w;
  } else {
    let count = arrayLength(&numbers);
    var all = vec4f();
    for (var at = id.x; at < count; at += 4 * step) {
      all += vec4f(numbers[at], numbers[at + step], numbers[at + 2 * step], numbers[at + 3 * step]);
    }
    sums[id.x] = all.x + all.y + all.z + all.w;
  }
}
