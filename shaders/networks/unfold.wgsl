// What windows on images see, a window a row, so that a product with the weights of a filter is a convolution:
//   patches[(image, wy, wx)][(ky, kx, c)] = pixels[(image, stride wy + ky - top, stride wx + kx - left)][c],
// 0 outside of the image.
//
// pixels    [images down across][ceil(channels / 4)]   vec4, zeros past the last channel
// patches   [images windows_down windows_across][ceil(kernel_down kernel_across channels / 4)]   vec4, likewise
//
// ALIGNED: channels is a multiple of 4, and a vec4 is one of the image. An invocation, of those from `first` on, owns a
// vec4 of the patches; neighbours stand side by side in both. Cost: some 20 operations on whole numbers, reads and writes
// 16 bytes; as a pixel is in kernel_down kernel_across / stride^2 windows, it is read from memory about once.
// Lines of memory: a pixel of fewer than four channels fills a part of its vec4, which neighbours read alike.
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
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> pixels: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> patches: array<vec4f>;

const WORKGROUP = 64;
const ALIGNED = false;

// Where the pixel (y, x) stands among all.
fn pixel_row(image: u32, y: u32, x: u32) -> u32 {
  return (image * shape.down + y) * shape.across + x;
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = shape.first + (group.x + group.y * groups.x) * WORKGROUP + lane;
  let columns = shape.kernel_down * shape.kernel_across * shape.channels;
  let quads = (columns + 3) / 4;
  let channel_quads = (shape.channels + 3) / 4;
  let window = index / quads;
  let windows = shape.windows_down * shape.windows_across;
  if (window >= shape.images * windows) {
    return;
  }
  let image = window / windows;
  // Below 0 they are far above all pixels.
  let y0 = window % windows / shape.windows_across * shape.stride - shape.top;
  let x0 = window % shape.windows_across * shape.stride - shape.left;
  var seen = vec4f();
  #if ALIGNED
  let tap = 4 * (index % quads) / shape.channels;
  let y = y0 + tap / shape.kernel_across;
  let x = x0 + tap % shape.kernel_across;
  if (y < shape.down && x < shape.across) {
    seen = pixels[pixel_row(image, y, x) * channel_quads + index % channel_quads];
  }
  #else
  #repeat i 0..4
  {
    let column = 4 * (index % quads) + $i;
    let tap = column / shape.channels;
    let c = column % shape.channels;
    let y = y0 + tap / shape.kernel_across;
    let x = x0 + tap % shape.kernel_across;
    if (column < columns && y < shape.down && x < shape.across) {
      seen[$i] = pixels[pixel_row(image, y, x) * channel_quads + c / 4][c % 4];
    }
  }
  #end
  #end
  patches[index] = seen;
}
