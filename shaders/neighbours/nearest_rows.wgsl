// The k nearest rows to every query, slice by slice of the rows, without ever writing the distances:
//   found[s][.][i] = the k least of |x_i - y_j|^2 over the rows j of slice s, ties to the lowest j
// by direct differences; only those nearer than the last in `known`, and not row own + i where `excludes`.
//
// queries  the rows x_i, laid out as in lib/points_layout.wgsl, in float32; [first, first + count) of them
// points   the rows y_j, likewise, as they are stored; [start, end) of them are this dispatch's, and
//          `offset` is the number of the first that the buffer holds
// known    [K][stride]           what rows before these gave; see lib/nearest_list.wgsl
// found    [slices][K][stride]   likewise; slices of `slice` rows
//
// `first` and `stride` are multiples of ROWS WORKGROUP, `start` and `slice` of TILE. A workgroup owns
// ROWS WORKGROUP neighbouring queries and one slice; an invocation ROWS of the queries, WORKGROUP apart, whose
// distances to TILE rows at a time are a register tile. Those rows are read at an address that is uniform
// over the workgroup. Few rows are nearer than the last of a list: k ln(slice / k) of them in random order.
// Lines of memory: rows are read in lines; lists that are too long for workgroup memory are shifted from where an entry
//   belongs, which differs from lane to lane.
// Cost: 3 D FLOPs a pair; a quad of 4 columns costs 4 query loads and TILE uniform loads for 96 TILE FLOPs.
struct Shape {
  first: u32,
  count: u32,
  quads: u32,
  k: u32,
  stride: u32,
  start: u32,
  end: u32,
  slice: u32,
  offset: u32,
  own: u32,
  excludes: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> queries: array<vec4f>;
@group(0) @binding(2) var<storage, read> points: array<FourStored>;
@group(0) @binding(3) var<storage, read> known: array<vec2u>;
@group(0) @binding(4) var<storage, read_write> found: array<vec2u>;

const WORKGROUP = 64;
const ROWS = 4;
const TILE = 8;
// Lists of at most MOST rows are made in workgroup memory, longer ones where they are found.
const SHARED = true;
const MOST = 8;

// import ../lib/points_layout.wgsl
// import ../lib/squared_distance.wgsl
// import ../lib/distance_tile.wgsl
// import ../lib/distances.wgsl
// import ../lib/nearest_list.wgsl

#if SHARED
var<workgroup> lists: array<vec2u, MOST * ROWS * WORKGROUP>;

fn entry_at(at: u32) -> vec2u {
  return lists[at];
}

fn set_entry(at: u32, entry: vec2u) {
  lists[at] = entry;
}
#else
fn entry_at(at: u32) -> vec2u {
  return found[at];
}

fn set_entry(at: u32, entry: vec2u) {
  found[at] = entry;
}
#end

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let workgroup = group.x + group.y * groups.x;
  // Neighbouring workgroups go through the same slice.
  let tiles = (shape.count + ROWS * WORKGROUP - 1) / (ROWS * WORKGROUP);
  let slice = workgroup / tiles;
  let begin = shape.start + slice * shape.slice;
  if (begin >= shape.end) {
    return;
  }
  let end = min(begin + shape.slice, shape.end);
  let row = workgroup % tiles * ROWS * WORKGROUP + lane;
  let own = row + WORKGROUP * vec4u(0, 1, 2, 3);
  let column = shape.first + row;
  let result = slice * shape.k * shape.stride + column;
  #if SHARED
  let list = lane;
  let step = u32(ROWS * WORKGROUP);
  #else
  let list = result;
  let step = shape.stride;
  #end
  // Nothing is nearer to what is no query.
  var worst = vec4f(-1);
  for (var r = 0u; r < ROWS; r++) {
    if (own[r] < shape.count) {
      worst[r] = bitcast<f32>(known[(shape.k - 1) * shape.stride + column + r * WORKGROUP].x);
      for (var p = 0u; p < shape.k; p++) {
        set_entry(list + r * WORKGROUP + p * step, NO_ROW);
      }
    }
  }
  let itself = shape.own + shape.first + own;
  let start = point_at(column, shape.quads);
  for (var j = begin; j < end; j += TILE) {
    let tile = distances(start, j, shape.quads);
    if (!any(least(tile) < worst)) {
      continue;
    }
    for (var i = 0u; i < min(TILE, end - j); i++) {
      let squared = row_of(tile, i);
      let number = shape.offset + j + i;
      for (var r = 0u; r < ROWS; r++) {
        if (
          squared[r] < worst[r] && (shape.excludes == 0 || number != itself[r])
        ) {
          let entry = vec2u(bitcast<u32>(squared[r]), number);
          let last = insert(entry, list + r * WORKGROUP, step, shape.k);
          worst[r] = min(worst[r], bitcast<f32>(last));
        }
      }
    }
  }
  #if SHARED
  for (var r = 0u; r < ROWS; r++) {
    if (own[r] < shape.count) {
      for (var p = 0u; p < shape.k; p++) {
        found[result + r * WORKGROUP + p * shape.stride] = entry_at(list + r * WORKGROUP + p * step);
      }
    }
  }
  #end
}
