// Windows of images that lie side by side, each made one pixel: the largest of its numbers, channel by channel, or where
// AVERAGE their mean.
//
// pixels   [images down across][quads]                                       vec4
// pooled   [images (down / kernel_down) (across / kernel_across)][quads]     vec4; the sides divide
//
// An invocation, of those from `first` on, owns a vec4 of what is pooled. Cost: reads each number once.
// Lines of memory: lanes read every kernel_across-th pixel; the next ones of the window are in the same lines.
@group(0) @binding(2) var<storage, read_write> pooled: array<vec4f>;

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
  var best = pixels[begin];
  var sum = vec4f();
  for (var k = 0u; k < shape.kernel_down * shape.kernel_across; k++) {
    let v = pixels[begin + place_in(k)];
    best = max(best, v);
    sum += v;
  }
  #if AVERAGE
  pooled[index] = sum / f32(shape.kernel_down * shape.kernel_across);
  #else
  pooled[index] = best;
  #end
}
