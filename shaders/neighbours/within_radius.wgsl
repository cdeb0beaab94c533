// What rows within a radius of each other do, without ever writing their distances. For each pair of a query
// i and another row j of an item with |x_i - y_j|^2 <= inner and marks[j] != NONE:
//   MODE 0: values[i] += step, a neighbour more (or with step = -1 one less)
//   MODE 1: the sets of i and j are joined, where marks[i] != NONE and i < j; values[i] is a row of i's set, i
//           itself in the least one
//   MODE 2: values[i] = min(values[i], marks[j])
// Pairs in between (inner, outer], of which float32 cannot tell, are listed for the host to decide.
//
// queries, others  rows, laid out as in lib/points_layout.wgsl; the first are rows `query_offset`, `other_offset`
//                  of all
// items            (first query, begin, end, unused): rows [begin, end) of the others, for ROWS WORKGROUP queries
// marks            [n]
// values           [n]
// found            [capacity]  (i, j), in any order; state[0] counts them, beyond the capacity, too
//
// A first query is a multiple of ROWS WORKGROUP, a begin of TILE. A workgroup owns an item; an invocation ROWS of
// its queries, WORKGROUP apart, whose distances to TILE rows at a time are a register tile. Those rows are read
// at an address that is uniform over the workgroup. Sets are joined by atomic minima: the links that are left
// differ from run to run, the sets do not.
// Lines of memory: what is beside the distances, marks and values, is read and written for pairs within the radius
//   alone, wherever these lie.
// Cost: 3 D FLOPs a pair; a quad of 4 columns costs 4 query loads and TILE uniform loads for 96 TILE FLOPs.
struct Shape {
  first_item: u32,
  items: u32,
  quads: u32,
  rows: u32,
  query_offset: u32,
  other_offset: u32,
  inner: f32,
  outer: f32,
  step: u32,
  capacity: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> queries: array<vec4f>;
@group(0) @binding(2) var<storage, read> others: array<mat4x4f>;
@group(0) @binding(3) var<storage, read> items: array<vec4u>;
@group(0) @binding(4) var<storage, read> marks: array<u32>;
@group(0) @binding(5) var<storage, read_write> values: array<atomic<u32>>;
@group(0) @binding(6) var<storage, read_write> found: array<vec2u>;
@group(0) @binding(7) var<storage, read_write> state: array<atomic<u32>>;

const WORKGROUP = 64;
const ROWS = 4;
const TILE = 8;
const MODE = 0;
const NONE = 0xffffffffu;

// import ../lib/points_layout.wgsl
// import ../lib/squared_distance.wgsl
// import ../lib/distance_tile.wgsl

#if MODE == 1
// The least row that links lead to; ways there are halved.
fn root(start: u32) -> u32 {
  var at = start;
  var up = atomicLoad(&values[at]);
  while (up != at) {
    let above = atomicLoad(&values[up]);
    if (above != up) {
      atomicMin(&values[at], above);
    }
    at = up;
    up = above;
  }
  return at;
}

// Every step leads from a larger row to a smaller one, so this ends.
fn unite(a: u32, b: u32) -> u32 {
  var x = root(a);
  var y = root(b);
  while (x != y) {
    let high = max(x, y);
    y = min(x, y);
    let before = atomicMin(&values[high], y);
    if (before == high) {
      break;
    }
    // It had another link already, which may be lost now.
    x = root(before);
    y = root(y);
  }
  return y;
}
#end

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let workgroup = group.x + group.y * groups.x;
  if (workgroup >= shape.items) {
    return;
  }
  let item = items[shape.first_item + workgroup];
  let own = item.x + lane + WORKGROUP * vec4u(0, 1, 2, 3);
  let number = shape.query_offset + own;
  var is_query = number < vec4u(shape.rows);
  #if MODE == 0
  var counts = vec4u();
  #end
  #if MODE == 1
  var tops = number;
  for (var r = 0u; r < ROWS; r++) {
    if (is_query[r]) {
      is_query[r] = marks[number[r]] != NONE;
    }
  }
  #end
  #if MODE == 2
  var smallest = vec4u(NONE);
  #end
  let start = point_at(own.x, shape.quads);
  for (var j = item.y; j < item.z; j += TILE) {
    var tile = Tile();
    var a = start;
    var b = point_at(j, shape.quads) / 4;
    for (var q = 0u; q < shape.quads; q++) {
      let x = mat4x4f(
        queries[a],
        queries[a + WORKGROUP],
        queries[a + 2 * WORKGROUP],
        queries[a + 3 * WORKGROUP],
      );
      #repeat f 0..TILE / 4
      let y$f = others[b + $f];
      #end
      #repeat i 0..TILE
      tile.k$i += squares(x, y$(i / 4)[$(i % 4)]);
      #end
      a += BLOCK_ROWS;
      b += BLOCK_ROWS / 4;
    }
    if (!any((least(tile) <= vec4f(shape.outer)) & is_query)) {
      continue;
    }
    for (var i = 0u; i < min(TILE, item.z - j); i++) {
      let other = shape.other_offset + j + i;
      let mark = marks[other];
      let squared = row_of(tile, i);
      let is_near = (squared <= vec4f(shape.outer)) & is_query;
      if (mark == NONE || !any(is_near)) {
        continue;
      }
      for (var r = 0u; r < ROWS; r++) {
        #if MODE == 1
        if (!is_near[r] || number[r] >= other) {
          continue;
        }
        #else
        if (!is_near[r]) {
          continue;
        }
        #end
        if (squared[r] > shape.inner) {
          let place = atomicAdd(&state[0], 1u);
          if (place < shape.capacity) {
            found[place] = vec2u(number[r], other);
          }
          continue;
        }
        #if MODE == 0
        counts[r] += shape.step;
        #end
        #if MODE == 1
        if (atomicLoad(&values[other]) != tops[r]) {
          tops[r] = unite(number[r], other);
        }
        #end
        #if MODE == 2
        smallest[r] = min(smallest[r], mark);
        #end
      }
    }
  }
  #if MODE != 1
  for (var r = 0u; r < ROWS; r++) {
    if (is_query[r]) {
      #if MODE == 0
      atomicAdd(&values[number[r]], counts[r]);
      #else
      atomicMin(&values[number[r]], smallest[r]);
      #end
    }
  }
  #end
}
