// A product of matrices for drivers that run on a processor; for what is where see lib/product.wgsl.
//
// The tile is 16 rows x a quad of columns for each invocation, which holds their sums in registers. Of four terms of the
// rows each lane of LANES loads every LANES-th of 16 vec4s, and the subgroup passes them round: such drivers
// load word by word and lane by lane, which takes longer than the arithmetic, and workgroup memory more so; and they
// make two steps of a += b * c, but one of fma.
// Cost: 2 FLOPs a term and number of C; four terms take 4 + 16 / LANES vec4 loads for 256 FMAs. On lavapipe
// 2 times as fast as product.wgsl would be without that.
enable subgroups;

// import ../lib/product.wgsl

// A multiple of LANES.
const WORKGROUP = 16;
const TILE_ROWS = 16;
const TILE_COLUMNS = 4 * WORKGROUP;
const DEPTH = 4;
// 4, 8 or 16, at most the subgroup's size.
const LANES = 4;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
) {
  let tile = shape.first_tile + group.x + group.y * groups.x;
  let place = place_of(tile);
  if (tile >= shape.last_tile || is_above(place)) {
    return;
  }
  #repeat i 0..16
  var sum$i = vec4f();
  #end
  let mine = subgroup_lane % LANES;
  let quad = place.quad + lane;
  for (var term = place.begin; term < place.end; term += DEPTH) {
    #repeat s 0..16 / LANES
    let part$s = mine + $(s * LANES);
    #if TRANSPOSE_A
    // Quad part % 4 of the rows, of term part / 4.
    let t$s = term + part$s / 4;
    let at$s = place.a + t$s * shape.a_stride + place.row / 4 + part$s % 4;
    let share$s = select(vec4f(), a[at$s], t$s < place.end);
    #else
    // Four terms of row `part`.
    let share$s = a[place.a + (place.row + part$s) * shape.a_stride + term / 4];
    #end
    #end
    #if TRANSPOSE_B
    let at = place.b + 4 * quad * shape.b_stride + term / 4;
    #else
    let at = place.b + term * shape.b_stride + quad;
    #end
    var y = mat4x4f(
      b[at],
      b[at + shape.b_stride],
      b[at + 2 * shape.b_stride],
      b[at + 3 * shape.b_stride],
    );
    #if TRANSPOSE_B
    y = transpose(y);
    #else
    if (term + DEPTH > place.end) {
      #repeat t 1..4
      y[$t] = select(vec4f(), y[$t], term + $t < place.end);
      #end
    }
    #end
    #if TRANSPOSE_A
    #repeat i 0..16
    let x$i = subgroupBroadcast(share$(i / LANES), $(i % LANES));
    #end
    #repeat i 0..16
    #repeat t 0..4
    sum$i = fma(y[$t], vec4f(x$(4 * t + i / 4)[$(i % 4)]), sum$i);
    #end
    #end
    #else
    #repeat i 0..16
    let x$i = subgroupBroadcast(share$(i / LANES), $(i % LANES));
    #repeat t 0..4
    sum$i = fma(y[$t], vec4f(x$i[$t]), sum$i);
    #end
    #end
    #end
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
    store(place, place.row + 4 * i, quad, block);
  }
}
