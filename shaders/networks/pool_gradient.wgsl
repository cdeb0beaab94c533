// The way back through pool.wgsl: the gradient of a pooled number goes to the first of its window that is the largest, or
// where AVERAGE to all in equal parts.
//
// pixels   [images down across][quads]                                       vec4, what was pooled; not read where AVERAGE
// pooled   [images (down / kernel_down) (across / kernel_across)][quads]     vec4, the gradient by what came of it
// passed   as pixels                                                         vec4, the gradient by them
//
// An invocation, of those from `first` on, owns a vec4 of `pooled` and its window. Cost: reads each pixel twice, the second
// time near by, and writes it once.
// Lines of memory: lanes read and write every kernel_across-th pixel; the next ones of the window are in the
//   same lines.
@group(0) @binding(2) var<storage, read> pooled: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> passed: array<vec4f>;

const WORKGROUP = 64;
const AVERAGE = false;

// import ../lib/pooled_window.wgsl

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = shape.first + (group.x + group.y * groups.x) * WORKGROUP + lane;
  if (index >= windows() * shape.quads) {
    return;
  }
  let begin = first_of(index);
  let count = shape.kernel_down * shape.kernel_across;
  let gradient = pooled[index];
  #if AVERAGE
  for (var k = 0u; k < count; k++) {
    passed[begin + place_in(k)] = gradient / f32(count);
  }
  #else
  var best = pixels[begin];
  var chosen = vec4u();
  for (var k = 1u; k < count; k++) {
    let v = pixels[begin + place_in(k)];
    chosen = select(chosen, vec4u(k), v > best);
    best = max(best, v);
  }
  for (var k = 0u; k < count; k++) {
    passed[begin + place_in(k)] = select(vec4f(), gradient, chosen == vec4u(k));
  }
  #end
}
