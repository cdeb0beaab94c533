// Reads of workgroup memory as fast as the adapter does them: a tile of 16 KiB, each invocation
// reading a vec4f at a time from places of its own, four loads independent of each other.
// Cost: 64 LENGTH bytes an invocation, and a sum for each number.

const WORKGROUP = 64;
const LENGTH = 256;
const TILE = 1024;

@group(0) @binding(0) var<storage, read> inputs: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;

var<workgroup> tile: array<vec4f, TILE>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  for (var at = lane; at < TILE; at += WORKGROUP) {
    tile[at] = inputs[at % 4] + f32(at);
  }
  workgroupBarrier();
  var a = vec4f();
  var b = vec4f();
  var c = vec4f();
  var d = vec4f();
  var at = lane;
  for (var i = 0; i < LENGTH; i++) {
    a += tile[at % TILE];
    b += tile[(at + 256) % TILE];
    c += tile[(at + 512) % TILE];
    d += tile[(at + 768) % TILE];
    at += WORKGROUP;
  }
  let all = a + b + c + d;
  sums[id.x] = all.x + all.y + all.z + all.w;
}
