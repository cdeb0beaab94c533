// What the variants of the scan share: bindings, the two nearest centroids so far, and the results.
//
// points, centroids  see assignment.wgsl
// groups, member_norms  see bounds.wgsl; group_size is a multiple of TILE
// counts   [groups]            the lengths of the lists
// lists    [groups][capacity]  rows
// results  [groups][capacity]  for each row in a list: the lowest score in the group, the second
//                              lowest, and the cluster of the lowest (ties: the lowest cluster)
//
// An item is 4 WORKGROUP neighbours in one list, an invocation's share 4 of them, WORKGROUP apart.
// A dispatch owns the items [first_item, first_item + items), though lists may end before: how long
// they are only the device knows. A workgroup takes one after the other of its own.
struct Shape {
  quads: u32,
  clusters: u32,
  groups: u32,
  group_size: u32,
  capacity: u32,
  first_item: u32,
  items: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<Stored>;
@group(0) @binding(2) var<storage, read> centroids: array<vec4f>;
@group(0) @binding(3) var<storage, read> member_norms: array<f32>;
@group(0) @binding(4) var<storage, read> groups: array<u32>;
@group(0) @binding(5) var<storage, read> counts: array<u32>;
@group(0) @binding(6) var<storage, read> lists: array<u32>;
@group(0) @binding(7) var<storage, read_write> results: array<vec4u>;

const WORKGROUP = 64;
const TILE = 16;

// import points_layout.wgsl

struct Two {
  score: vec4f,
  second: vec4f,
  member: vec4u,
}

// Four rows' two best scores so far, with those of one more member of the group taken into account.
fn closer(best: Two, dots: vec4f, member: u32) -> Two {
  let score = member_norms[member] - dots;
  let wins = score < best.score;
  return Two(
    select(best.score, score, wins),
    min(best.second, max(best.score, score)),
    select(best.member, vec4u(member), wins),
  );
}

// A piece of one list.
struct Item {
  g: u32,
  start: u32,
  count: u32,
}

// The item of that number: list after list for one place in them, then for the next, as rows that
// are neighbours in the data are so in each list. (List by list the data had to be read once a group:
// a scan of all rows took about 1.4 times as long on lavapipe.) It may lie past its list's end.
fn item_at(number: u32) -> Item {
  let g = number % shape.groups;
  return Item(g, number / shape.groups * 4 * WORKGROUP, counts[g]);
}

// Where an invocation's four entries lie in `lists`; those past the end are copies of the last.
fn four_entries(item: Item, lane: u32) -> vec4u {
  let places = item.start + lane + vec4u(0, WORKGROUP, 2 * WORKGROUP, 3 * WORKGROUP);
  return item.g * shape.capacity + min(places, vec4u(item.count - 1));
}

fn four_points(entries: vec4u) -> vec4u {
  let rows = vec4u(lists[entries.x], lists[entries.y], lists[entries.z], lists[entries.w]);
  return points_at(rows, shape.quads);
}

fn store_results(item: Item, lane: u32, best: Two) {
  for (var i = 0u; i < 4; i++) {
    let place = item.start + lane + i * WORKGROUP;
    if (place < item.count) {
      results[item.g * shape.capacity + place] =
        vec4u(bitcast<u32>(best.score[i]), bitcast<u32>(best.second[i]), groups[best.member[i]], 0);
    }
  }
}
