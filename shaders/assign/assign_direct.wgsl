// The assignment of rows of at most 3 columns, by direct differences at once:
//   labels[i] = argmin_k |x_i - c_k|^2,  ties to the lowest k
// For so few columns scores that leave nothing open cost more than they save: see lib/proposal.wgsl.
//
// An invocation keeps ROWS rows in registers and takes one centroid after the other; at most TILE of them
// lie where the compiler knows: lavapipe loads what lies at a constant address once for all lanes, at any
// other once for each.
// Cost: (3 COLUMNS + 3) N K operations; a centroid costs one load for ROWS rows.
//
// import ../lib/assignment.wgsl

const ROWS = 8;
// 1 to 3.
const COLUMNS = 3;
// Centroids, with padding: 4, 8, 12 or 16; 0 where they may be any number.
const TILE = 0;

// Of four rows.
struct Nearest {
  squared: vec4f,
  label: vec4u,
}

fn none_yet() -> Nearest {
  return Nearest(vec4f(3.4e38), vec4u());
}

// The number that `square` in lib/squared_distance.wgsl gives for zeros past the last column.
fn short_square(residual: vec4f) -> f32 {
  var sum = residual.x * residual.x;
  #repeat j 1..COLUMNS
  sum = fma(residual[$j], residual[$j], sum);
  #end
  return sum;
}

fn nearer(best: Nearest, rows: mat4x4f, c: vec4f, k: u32) -> Nearest {
  let squared = vec4f(
    short_square(rows[0] - c),
    short_square(rows[1] - c),
    short_square(rows[2] - c),
    short_square(rows[3] - c),
  );
  let wins = squared < best.squared;
  return Nearest(select(best.squared, squared, wins), select(best.label, vec4u(k), wins));
}

fn nearest_of_few(rows: mat4x4f) -> Nearest {
  var best = none_yet();
  #repeat i 0..TILE
  best = nearer(best, rows, centroids[$i], $i);
  #end
  return best;
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let workgroup = group.x + group.y * groups.x;
  if (is_idle(workgroup)) {
    return;
  }
  let start = first_row(workgroup, lane);
  let other = start + 4 * WORKGROUP;
  let rows = four_quads(four_rows(start));
  let others = four_quads(four_rows(other));
  #if TILE > 0
  let best = nearest_of_few(rows);
  let best_of_others = nearest_of_few(others);
  #else
  var best = none_yet();
  var best_of_others = none_yet();
  for (var k = 0u; k < shape.padded_clusters; k++) {
    let c = centroids[k];
    best = nearer(best, rows, c, k);
    best_of_others = nearer(best_of_others, others, c, k);
  }
  #end
  count_changed(
    store_labels(start, best.label, owned_rows(start)) +
      store_labels(other, best_of_others.label, owned_rows(other)),
  );
}
