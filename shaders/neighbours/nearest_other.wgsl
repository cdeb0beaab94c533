// The nearest row of another component to each query, by mutual reachability, slice by slice of the rows:
//   found[s][i] = the least of max(|x_i - y_j|^2, core_i, core_j) over the rows j of slice s whose component is
//   not i's, ties to the lowest j; unless what is there is as near
//
// queries  the rows x_i, laid out as in lib/points_layout.wgsl, in float32; [first, first + count) of them
// points   the rows y_j, likewise, as they are stored; [start, end) of them are this dispatch's, and `offset`
//          is the number of the first that the buffer holds
// own      [queries]          (bits of the squared core distance, component) of each query
// others   [n]                likewise, of all rows
// found    [slices][stride]   (bits of the nearness, row); slices of `slice` rows
//
// `first` and `stride` are multiples of ROWS WORKGROUP, `start` and `slice` of TILE. A workgroup owns
// ROWS WORKGROUP neighbouring queries and one slice; an invocation ROWS of the queries, WORKGROUP apart, whose
// distances to TILE rows at a time are a register tile. Those rows are read at an address that is uniform
// over the workgroup.
// Lines of memory: the rows' cores and components are read one after the other by all lanes, and only where a tile has
//   a row that is near.
// Cost: 3 D FLOPs a pair; a quad of 4 columns costs 4 query loads and TILE uniform loads for 96 TILE FLOPs.
struct Shape {
  first: u32,
  count: u32,
  quads: u32,
  stride: u32,
  start: u32,
  end: u32,
  slice: u32,
  offset: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> queries: array<vec4f>;
@group(0) @binding(2) var<storage, read> points: array<FourStored>;
@group(0) @binding(3) var<storage, read> own: array<vec2u>;
@group(0) @binding(4) var<storage, read> others: array<vec2u>;
@group(0) @binding(5) var<storage, read_write> found: array<vec2u>;

const WORKGROUP = 64;
const ROWS = 4;
const TILE = 8;

// import ../lib/points_layout.wgsl
// import ../lib/squared_distance.wgsl
// import ../lib/distance_tile.wgsl
// import ../lib/distances.wgsl

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
  let column = shape.first + row;
  // Nothing is nearer to what is no query.
  var best = vec4f(-1);
  var nearest = vec4u();
  var core = vec4f();
  var component = vec4u();
  for (var r = 0u; r < ROWS; r++) {
    if (row + r * WORKGROUP < shape.count) {
      let at = column + r * WORKGROUP;
      let known = found[slice * shape.stride + at];
      best[r] = bitcast<f32>(known.x);
      nearest[r] = known.y;
      core[r] = bitcast<f32>(own[at].x);
      component[r] = own[at].y;
    }
  }
  let start = point_at(column, shape.quads);
  for (var j = begin; j < end; j += TILE) {
    let tile = distances(start, j, shape.quads);
    if (!any(least(tile) < best)) {
      continue;
    }
    for (var i = 0u; i < min(TILE, end - j); i++) {
      let number = shape.offset + j + i;
      let other = others[number];
      let near = max(row_of(tile, i), max(core, vec4f(bitcast<f32>(other.x))));
      let is_nearer = (near < best) & (component != vec4u(other.y));
      best = select(best, near, is_nearer);
      nearest = select(nearest, vec4u(number), is_nearer);
    }
  }
  for (var r = 0u; r < ROWS; r++) {
    if (row + r * WORKGROUP < shape.count) {
      let entry = vec2u(bitcast<u32>(best[r]), nearest[r]);
      found[slice * shape.stride + column + r * WORKGROUP] = entry;
    }
  }
}
