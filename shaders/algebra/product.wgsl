// A product of matrices; for what is where see lib/product.wgsl.
//
// The tile is 64 x 64. Its rows of op(A) and columns of op(B) come through workgroup memory DEPTH terms at a
// time, laid out term by term, so that an invocation reads vec4s of rows and of columns; it holds 8 x 8 sums: rows
// in two quads, 32 apart, by columns in two quads, 32 apart. A matrix whose terms lie side by side is turned on
// the way, in blocks of 4 x 4.
// Lines of memory: blocks that are mirrored lie below each other, four numbers to a row, and are written once;
//   other invocations of the workgroup fill the rest of a line.
// Cost: 2 FLOPs a term and number of C; a term takes 4 vec4 loads of workgroup memory for 64 FMAs, and the tile
// 128 numbers of storage for 4,096.

// import ../lib/product.wgsl

const WORKGROUP = 64;
const TILE_ROWS = 64;
const TILE_COLUMNS = 64;
const DEPTH = 16;
// vec4s from a term to the next: one more than the tile has, so that turned blocks fall into different banks.
const STRIDE = 17;

var<workgroup> left: array<vec4f, DEPTH * STRIDE>;
var<workgroup> right: array<vec4f, DEPTH * STRIDE>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let tile = shape.first_tile + group.x + group.y * groups.x;
  let place = place_of(tile);
  if (tile >= shape.last_tile || is_above(place)) {
    return;
  }
  #repeat i 0..16
  var sum$i = vec4f();
  #end
  let x = lane % 8;
  let y = lane / 8;
  for (var term = place.begin; term < place.end; term += DEPTH) {
    workgroupBarrier();
    #if TRANSPOSE_A
    #repeat i 0..4
    {
      let t = lane / 16 + $(4 * i);
      let at = place.a + (term + t) * shape.a_stride + place.row / 4 + lane % 16;
      left[t * STRIDE + lane % 16] = select(vec4f(), a[at], term + t < place.end);
    }
    #end
    #else
    {
      let t = 4 * (lane % 4);
      let at = place.a + (place.row + lane / 4 * 4) * shape.a_stride + (term + t) / 4;
      let block = transpose(
        mat4x4f(
          a[at],
          a[at + shape.a_stride],
          a[at + 2 * shape.a_stride],
          a[at + 3 * shape.a_stride],
        ),
      );
      #repeat i 0..4
      left[(t + $i) * STRIDE + lane / 4] = select(vec4f(), block[$i], term + t < place.end);
      #end
    }
    #end
    #if TRANSPOSE_B
    {
      let t = 4 * (lane % 4);
      let at = place.b + (4 * place.quad + lane / 4 * 4) * shape.b_stride + (term + t) / 4;
      let block = transpose(
        mat4x4f(
          b[at],
          b[at + shape.b_stride],
          b[at + 2 * shape.b_stride],
          b[at + 3 * shape.b_stride],
        ),
      );
      #repeat i 0..4
      right[(t + $i) * STRIDE + lane / 4] = select(vec4f(), block[$i], term + t < place.end);
      #end
    }
    #else
    #repeat i 0..4
    {
      let t = lane / 16 + $(4 * i);
      let at = place.b + (term + t) * shape.b_stride + place.quad + lane % 16;
      right[t * STRIDE + lane % 16] = select(vec4f(), b[at], term + t < place.end);
    }
    #end
    #end
    workgroupBarrier();
    for (var t = 0u; t < DEPTH; t++) {
      #repeat i 0..2
      let a$i = left[t * STRIDE + $(8 * i) + y];
      let b$i = right[t * STRIDE + $(8 * i) + x];
      #end
      #repeat i 0..16
      sum$i += a$(i / 8)[$(i % 4)] * b$(i / 4 % 2);
      #end
    }
  }
  // Block by block, so that the text of what is done last is there once.
  for (var i = 0u; i < 4; i++) {
    var block = mat4x4f(sum0, sum1, sum2, sum3);
    switch i {
      #repeat i 1..4
      case $i: {
        block = mat4x4f(sum$(4 * i), sum$(4 * i + 1), sum$(4 * i + 2), sum$(4 * i + 3));
      }
      #end
      default: {}
    }
    store(place, place.row + 4 * y + i / 2 * 32, place.quad + x + i % 2 * 8, block);
  }
}
