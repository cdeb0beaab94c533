// Windows of kernel_down x kernel_across pixels that lie side by side.
struct Shape {
  first: u32,
  images: u32,
  down: u32,
  across: u32,
  kernel_down: u32,
  kernel_across: u32,
  quads: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> pixels: array<vec4f>;

// Of all images.
fn windows() -> u32 {
  return shape.images * (shape.down / shape.kernel_down) * (shape.across / shape.kernel_across);
}

// Where the first pixel stands of the window whose vec4 is the `index`-th of all.
fn first_of(index: u32) -> u32 {
  let beside = shape.across / shape.kernel_across;
  let window = index / shape.quads;
  let line = window / beside;
  // Lines of windows go on from image to image, as the sides divide.
  return (line * shape.kernel_down * shape.across + window % beside * shape.kernel_across) * shape.quads + index % shape.quads;
}

// Where the k-th of a window stands, from its first.
fn place_in(k: u32) -> u32 {
  return (k / shape.kernel_across * shape.across + k % shape.kernel_across) * shape.quads;
}
