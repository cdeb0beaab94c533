// Rows of a picture as planes, one a channel, with room at their sides that a border fills:
//   planes[c][y][x] = pixels[y][x - left][c],  x - left within the picture, else where `border` says:
//   0   nowhere: 0          1   the nearest pixel        2   mirrored at the edge: c b a | a b c d | d c b
//   3   the other side
//
// pixels   [rows][width][channels]    BYTES: four numbers of 8 bits a word, the first lowest; else float32 by their bits
// planes   [channels][rows][quads]    vec4
//
// An invocation, of those from `first` on, owns a vec4; neighbours in a row stand side by side, and read `channels`
// apart.
// Lines of memory: neighbours read the pixels of one channel, a line serves three of them for three channels, and
//   the lines are read again for the next channel.
// Cost: 4 bytes written a number, 4 or 1 read.
struct Shape {
  first: u32,
  width: u32,
  rows: u32,
  channels: u32,
  quads: u32,
  left: u32,
  border: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> pixels: array<u32>;
@group(0) @binding(2) var<storage, read_write> planes: array<vec4f>;

const WORKGROUP = 64;
const BYTES = false;

// Where in the picture a place beside it is taken from; `width` where from nowhere.
fn source_of(place: i32) -> u32 {
  let width = i32(shape.width);
  if (place >= 0 && place < width) {
    return u32(place);
  }
  switch shape.border {
    case 1: {
      return u32(clamp(place, 0, width - 1));
    }
    case 2: {
      let turn = (place % (2 * width) + 2 * width) % (2 * width);
      return u32(min(turn, 2 * width - 1 - turn));
    }
    case 3: {
      return u32((place % width + width) % width);
    }
    default: {
      return shape.width;
    }
  }
}

fn number_at(place: i32, y: u32, channel: u32) -> f32 {
  let x = source_of(place);
  if (x == shape.width) {
    return 0.0;
  }
  let at = (y * shape.width + x) * shape.channels + channel;
  if (BYTES) {
    return f32((pixels[at / 4] >> (8 * (at % 4))) & 255);
  }
  return bitcast<f32>(pixels[at]);
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = shape.first + (group.x + group.y * groups.x) * WORKGROUP + lane;
  if (index >= shape.channels * shape.rows * shape.quads) {
    return;
  }
  let place = i32(4 * (index % shape.quads)) - i32(shape.left);
  let line = index / shape.quads;
  let y = line % shape.rows;
  let channel = line / shape.rows;
  planes[index] = vec4f(
    number_at(place, y, channel),
    number_at(place + 1, y, channel),
    number_at(place + 2, y, channel),
    number_at(place + 3, y, channel),
  );
}
