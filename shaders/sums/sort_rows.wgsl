// What group_rows.wgsl leaves, for devices of many lanes: a workgroup owns one segment and sorts its
// entries in workgroup memory (bitonic), so that neighbouring lanes read neighbouring rows, and none waits for
// another's.
//
// For buffers see group_rows.wgsl. An entry's key is its cluster, then its row, then whether it leaves: no two
// are the same, so the order is that of a stable sort. Clusters: less than 2^32 / KEYS.
//
// Cost: 2 KEYS log2(KEYS)^2 / 4 comparisons a segment at most, of those that change less where few do; 8 KiB
// of workgroup memory.
struct Shape {
  first: u32,
  rows: u32,
  clusters: u32,
  first_segment: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> labels: array<u32>;
@group(0) @binding(2) var<storage, read> state: array<u32>;
@group(0) @binding(3) var<storage, read_write> owners: array<u32>;
@group(0) @binding(4) var<storage, read_write> order: array<u32>;
@group(0) @binding(5) var<storage, read_write> ranges: array<u32>;

const WORKGROUP = 256;
const HALTED = 1;
const AMENDED = 4;

// import ../lib/row_groups.wgsl

// Entries of a segment at most: a power of two.
const KEYS = 2 * SEGMENT;

var<workgroup> keys: array<u32, KEYS>;
var<workgroup> found: atomic<u32>;
var<workgroup> entries: u32;

// The first of `count` keys that is not below `key`.
fn place_of(key: u32, count: u32) -> u32 {
  var low = 0u;
  var high = count;
  while (low < high) {
    let middle = (low + high) / 2;
    if (keys[middle] < key) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let segment = group.x + group.y * groups.x;
  let segments = (shape.rows + SEGMENT - 1) / SEGMENT;
  // Uniform over the workgroup.
  if (state[HALTED] != 0 || segment >= segments) {
    return;
  }
  let amends = state[AMENDED] != 0;
  let start = shape.first + segment * SEGMENT;
  let rows = min(SEGMENT, shape.first + shape.rows - start);
  for (var i = lane; i < rows; i += WORKGROUP) {
    let now = labels[start + i];
    let key = now * KEYS + 2 * i;
    if (!amends) {
      keys[i] = key;
    } else if (now != owners[start + i]) {
      let at = atomicAdd(&found, 2);
      keys[at] = key;
      keys[at + 1] = owners[start + i] * KEYS + 2 * i + 1;
    }
    owners[start + i] = now;
  }
  workgroupBarrier();
  if (lane == 0) {
    entries = select(rows, atomicLoad(&found), amends);
  }
  let count = workgroupUniformLoad(&entries);
  var size = 1u;
  while (size < count) {
    size *= 2;
  }
  for (var i = count + lane; i < size; i += WORKGROUP) {
    keys[i] = 0xffffffff;
  }
  for (var width = 2u; width <= size; width *= 2) {
    for (var step = width / 2; step > 0; step /= 2) {
      workgroupBarrier();
      for (var i = lane; i < size / 2; i += WORKGROUP) {
        let low = 2 * i - i % step;
        let a = keys[low];
        let b = keys[low + step];
        if ((a > b) == ((low & width) == 0)) {
          keys[low] = b;
          keys[low + step] = a;
        }
      }
    }
  }
  workgroupBarrier();
  for (var i = lane; i < count; i += WORKGROUP) {
    let row = start + keys[i] % KEYS / 2;
    order[segment * LIST + i] = select(row, row | LEAVES, keys[i] % 2 == 1);
  }
  // Those of a cluster lie `stride` after those of the one before.
  let stride = runs_of(shape.first_segment, segments) * RUN;
  let place = shape.first_segment % RUN + segment;
  for (var k = lane; k < shape.clusters; k += WORKGROUP) {
    let begin = place_of(k * KEYS, count);
    let end = place_of((k + 1) * KEYS, count);
    ranges[k * stride + place] = begin + end * 0x10000;
  }
}
