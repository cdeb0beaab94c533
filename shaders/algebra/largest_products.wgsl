// The largest products of rows with each of many queries, slice by slice of the rows:
//   found[s][.][i] = the k largest |products[j][first + i]| above 0 over the rows j of slice s, ties to the lowest j
// only those larger than the last in `known`.
//
// products  [rows][width]            row j, of [start, end), is number offset + j
// known     [K][stride]              what rows before these gave; see lib/nearest_list.wgsl, of `nearness`
// found     [slices][K][stride]      likewise; slices of `slice` rows, a multiple of TILE
//
// An invocation owns one of `count` queries and one slice, neighbours neighbouring queries. Few products are larger
// than the last of a list: k ln(slice / k) of them in random order.
// Lines of memory: products are read in lines; lists are shifted from where an entry belongs, which differs from lane
//   to lane, and where the lists are as long as a slice has rows that is most of what is touched.
// Cost: reads each product once, 2 FLOPs.
struct Shape {
  first: u32,
  count: u32,
  width: u32,
  k: u32,
  stride: u32,
  start: u32,
  end: u32,
  slice: u32,
  offset: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> products: array<f32>;
@group(0) @binding(2) var<storage, read> known: array<vec2u>;
@group(0) @binding(3) var<storage, read_write> found: array<vec2u>;

const WORKGROUP = 64;
const TILE = 8;

// import ../lib/nearest_list.wgsl

fn entry_at(at: u32) -> vec2u {
  return found[at];
}

fn set_entry(at: u32, entry: vec2u) {
  found[at] = entry;
}

// Bits in the reverse order of magnitudes, and back: those of 0 are those of no row.
fn nearness(magnitude: f32) -> u32 {
  return NO_ROW.x - min(bitcast<u32>(magnitude), NO_ROW.x);
}

fn magnitude(nearness: u32) -> f32 {
  return bitcast<f32>(NO_ROW.x - nearness);
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let workgroup = group.x + group.y * groups.x;
  // Neighbouring workgroups go through the same slice.
  let tiles = (shape.count + WORKGROUP - 1) / WORKGROUP;
  let slice = workgroup / tiles;
  let begin = shape.start + slice * shape.slice;
  let own = workgroup % tiles * WORKGROUP + lane;
  if (begin >= shape.end || own >= shape.count) {
    return;
  }
  let end = min(begin + shape.slice, shape.end);
  let query = shape.first + own;
  let list = slice * shape.k * shape.stride + query;
  var least = magnitude(known[(shape.k - 1) * shape.stride + query].x);
  for (var p = 0u; p < shape.k; p++) {
    set_entry(list + p * shape.stride, NO_ROW);
  }
  for (var j = begin; j < end; j += TILE) {
    let at = j * shape.width + query;
    var most = abs(products[at]);
    #repeat i 1..TILE
    most = max(most, abs(products[at + $i * shape.width]));
    #end
    if (most <= least) {
      continue;
    }
    for (var i = 0u; i < min(TILE, end - j); i++) {
      let size = abs(products[at + i * shape.width]);
      if (size > least) {
        let entry = vec2u(nearness(size), shape.offset + j + i);
        least = max(least, magnitude(insert(entry, list, shape.stride, shape.k)));
      }
    }
  }
}
