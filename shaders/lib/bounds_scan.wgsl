// What the variants of the scan share: bindings, the two nearest centroids so far, and the results.
//
// points, centroids  see assignment.wgsl
// groups, member_norms  see bounds.wgsl; group_size is a multiple of TILE
// counts   [lists]             the lengths of the lists; list i is of group i % groups
// lists    [lists][list_rows]  rows
// results  [lists][list_rows]  for each row in a list: the lowest score in the group, the second
//                              lowest, and the cluster of the lowest (ties: the lowest cluster)
//
// The lists of `list_rows` neighbouring rows follow each other, so that what one group's scan has
// brought into the cache serves the next. A workgroup owns one list, an invocation 4 of its rows at
// a time, WORKGROUP apart, so that neighbouring lanes have neighbours in it; a dispatch owns the lists [first_list, first_list + shape.lists).
struct Shape {
  quads: u32,
  clusters: u32,
  groups: u32,
  group_size: u32,
  // Rows that share lists: the most a list can hold.
  list_rows: u32,
  first_list: u32,
  lists: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<Stored>;
@group(0) @binding(2) var<storage, read> centroids: array<vec4f>;
@group(0) @binding(3) var<storage, read> member_norms: array<f32>;
@group(0) @binding(4) var<storage, read> groups: array<u32>;
@group(0) @binding(5) var<storage, read> counts: array<u32>;
@group(0) @binding(6) var<storage, read> lists: array<u32>;
@group(0) @binding(7) var<storage, read_write> results: array<vec4u>;

// Lists are short, and what a workgroup does not fill is lost, so drivers of few lanes take 8: for
// 200,000 x 45, K 1,024 with few rows listed an iteration took 205 ms with 32, 160 with 8 (lavapipe).
const WORKGROUP = 64;

// import points_layout.wgsl
// import nearest_tile.wgsl

struct Best {
  score: vec4f,
  second: vec4f,
  member: vec4u,
}

// Four rows' two best scores so far, with those of one more member of the group taken into account.
fn closer(best: Best, dots: vec4f, member: u32) -> Best {
  let score = member_norms[member] - dots;
  let wins = score < best.score;
  return Best(
    select(best.score, score, wins),
    min(best.second, max(best.score, score)),
    select(best.member, vec4u(member), wins),
  );
}

fn none_yet() -> Best {
  return Best(vec4f(3.4e38), vec4f(3.4e38), vec4u());
}

// Where the points of an invocation's four entries lie; those past the end are copies of the last.
fn four_points(list: u32, first: u32, count: u32) -> vec4u {
  let entries = list * shape.list_rows + min(
    first + vec4u(0, WORKGROUP, 2 * WORKGROUP, 3 * WORKGROUP),
    vec4u(count - 1),
  );
  let rows = vec4u(lists[entries.x], lists[entries.y], lists[entries.z], lists[entries.w]);
  return points_at(rows, shape.quads);
}

fn store_results(list: u32, first: u32, count: u32, best: Best) {
  for (var i = 0u; i < 4; i++) {
    let place = first + i * WORKGROUP;
    if (place < count) {
      results[list * shape.list_rows + place] =
        vec4u(bitcast<u32>(best.score[i]), bitcast<u32>(best.second[i]), groups[best.member[i]], 0);
    }
  }
}
