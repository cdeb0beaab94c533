// An affine map of every row:
//   images[i][m] = sum_j matrix[m][j] points[i][j] + offset[m]
//
// points   see lib/points_layout.wgsl; rows [first, first + rows) of them
// matrix   [padded M][quads]   vec4; M padded to a multiple of TILE with zeros
// offset   [padded M / 4]      vec4, zeros past the last output
// images   PACKED: laid out as the points, of padded M columns; else [rows][M], row-major
//
// An invocation owns 4 rows, WORKGROUP apart, and holds a register tile of them x TILE outputs. The
// matrix is read at an address that is uniform over the workgroup.
// Lines of memory: row-major, an invocation writes TILE neighbouring outputs of a row, 32 bytes, one store after the
//   other, which the cache joins; what is read lies side by side.
// Cost: 2 N M D FLOPs; a quad of 4 columns costs 4 point loads and 8 uniform loads for 128 FMAs.
struct Shape {
  first: u32,
  rows: u32,
  quads: u32,
  outputs: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<Stored>;
@group(0) @binding(2) var<storage, read> matrix: array<vec4f>;
@group(0) @binding(3) var<storage, read> offset: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> images: array<Image>;

const WORKGROUP = 64;
const TILE = 8;
const PACKED = false;

#if PACKED
alias Image = vec4f;
#else
alias Image = f32;
#end

// import ../lib/points_layout.wgsl
// import ../lib/four_rows.wgsl

// Writes one row's outputs m .. m + 3.
fn store(row: u32, m: u32, image: vec4f) {
  if (row >= shape.rows) {
    return;
  }
  #if PACKED
  images[point_at(row, shape.outputs / 4) + m / 4 * BLOCK_ROWS] = image;
  #else
  let at = row * shape.outputs + m;
  for (var c = 0u; c < min(4, max(m, shape.outputs) - m); c++) {
    images[at + c] = image[c];
  }
  #end
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let start = (group.x + group.y * groups.x) * 4 * WORKGROUP + lane;
  if (start >= shape.rows) {
    return;
  }
  // Rows past the end are copies of the last one and never written.
  let rows = start + vec4u(0, WORKGROUP, 2 * WORKGROUP, 3 * WORKGROUP);
  let loaded = points_at(shape.first + min(rows, vec4u(shape.rows - 1)), shape.quads);
  for (var m = 0u; m < shape.outputs; m += TILE) {
    #repeat i 0..TILE
    var d$i = vec4f();
    #end
    var at = m * shape.quads;
    var p = loaded;
    for (var q = 0u; q < shape.quads; q++) {
      let x = quad_at(p);
      #repeat i 0..TILE
      d$i += matrix[at + $i * shape.quads] * x;
      #end
      at++;
      p += BLOCK_ROWS;
    }
    var low = transpose(mat4x4f(d0, d1, d2, d3));
    var high = transpose(mat4x4f(d4, d5, d6, d7));
    let low_offset = offset[m / 4];
    let high_offset = offset[m / 4 + 1];
    for (var r = 0u; r < 4; r++) {
      store(rows[r], m, low[r] + low_offset);
      store(rows[r], m + 4, high[r] + high_offset);
    }
  }
}
