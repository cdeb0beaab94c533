// Patches laid back on the images whose windows they are, added where windows overlap:
//   pixels[(image, y, x)][c] = epilogue(sum of patches[(image, wy, wx)][(ky, kx, c)] over all windows and places in them with
//   stride wy + ky - top = y, stride wx + kx - left = x)
// This is how a gradient goes back through unfold.wgsl, and how a transposed convolution goes forward.
//
// patches   [images windows_down windows_across][ceil(kernel_down kernel_across channels / 4)]   vec4
// bias      [ceil(channels / 4)]                                                                 vec4, see epilogue.wgsl
// pixels    [images down across][ceil(channels / 4)]                                             vec4
//
// ALIGNED: channels is a multiple of 4. An invocation, of those from `first` on, owns a vec4 of the pixels and gathers
// what belongs to it, in one order. Cost: kernel_down kernel_across / stride^2 vec4s read and added.
// Lines of memory: neighbouring pixels are in neighbouring windows, whose patches lie a row apart; each of its
//   vec4s serves up to four pixels or channels, from the cache.
struct Shape {
  first: u32,
  images: u32,
  down: u32,
  across: u32,
  channels: u32,
  windows_down: u32,
  windows_across: u32,
  kernel_down: u32,
  kernel_across: u32,
  stride: u32,
  top: u32,
  left: u32,
  columns: u32,
  flags: u32,
  threshold: f32,
  least: f32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> patches: array<vec4f>;
@group(0) @binding(2) var<storage, read> bias: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> pixels: array<vec4f>;

const WORKGROUP = 64;
const ALIGNED = false;

// import ../lib/epilogue.wgsl

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = shape.first + (group.x + group.y * groups.x) * WORKGROUP + lane;
  let channel_quads = (shape.channels + 3) / 4;
  let pixel = index / channel_quads;
  let places = shape.down * shape.across;
  if (pixel >= shape.images * places) {
    return;
  }
  let quad = index % channel_quads;
  let image = pixel / places;
  let y = pixel % places / shape.across + shape.top;
  let x = pixel % shape.across + shape.left;
  let quads = (shape.kernel_down * shape.kernel_across * shape.channels + 3) / 4;
  var sum = vec4f();
  for (var ky = y % shape.stride; ky < shape.kernel_down; ky += shape.stride) {
    // Of a window before the first it is far above their number.
    let wy = (y - ky) / shape.stride;
    for (var kx = x % shape.stride; kx < shape.kernel_across; kx += shape.stride) {
      let wx = (x - kx) / shape.stride;
      if (wy < shape.windows_down && wx < shape.windows_across) {
        let row = ((image * shape.windows_down + wy) * shape.windows_across + wx) * quads;
        let column = (ky * shape.kernel_across + kx) * shape.channels + 4 * quad;
        #if ALIGNED
        sum += patches[row + column / 4];
        #else
        #repeat i 0..4
        if (4 * quad + $i < shape.channels) {
          sum[$i] += patches[row + (column + $i) / 4][(column + $i) % 4];
        }
        #end
        #end
      }
    }
  }
  pixels[index] = finished(sum, pixel, quad);
}
