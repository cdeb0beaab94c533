// Products of row-major matrices, or of parts of them, tile by tile:
//   C = epilogue(alpha op(A) op(B) + beta C),  op(A) rows x inner, op(B) inner x columns
//
// a, b, c   vec4s of rows, `*_stride` of them a row, the first at `*_first`; in those of a stack item i is
//           i `*_step` further. Where the columns of A or B end within a vec4, zeros follow up to its end;
//           so they do in C. op is the transpose where TRANSPOSE_A, TRANSPOSE_B
// bias      [ceil(columns / 4)]   see epilogue.wgsl
//
// Of `inner` terms a dispatch takes those of slice s from s slice + first_term up to s slice + last_term; what
// slice s makes lies where item s items + i of C does. `slice` and `first_term` are multiples of DEPTH.
// TRIANGLE: C is square and only its blocks of 4 x 4 on or below the diagonal are made; where `mirrored` is
// not 0 they are written above it as well.
// A workgroup owns a tile of C, of the tiles [first_tile, last_tile) of all items and slices.
struct Shape {
  rows: u32,
  columns: u32,
  inner: u32,
  slice: u32,
  first_term: u32,
  last_term: u32,
  items: u32,
  a_first: u32,
  a_stride: u32,
  a_step: u32,
  b_first: u32,
  b_stride: u32,
  b_step: u32,
  c_first: u32,
  c_stride: u32,
  c_step: u32,
  first_tile: u32,
  last_tile: u32,
  mirrored: u32,
  flags: u32,
  alpha: f32,
  beta: f32,
  threshold: f32,
  least: f32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> a: array<vec4f>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read> bias: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> c: array<vec4f>;

const TRANSPOSE_A = false;
const TRANSPOSE_B = false;
const TRIANGLE = false;

// import epilogue.wgsl

// A tile: where its numbers and what they are made of begin.
struct Place {
  row: u32,
  quad: u32,
  begin: u32,
  end: u32,
  a: u32,
  b: u32,
  c: u32,
}

fn place_of(tile: u32) -> Place {
  let across = (shape.columns + TILE_COLUMNS - 1) / TILE_COLUMNS;
  let tiles = across * ((shape.rows + TILE_ROWS - 1) / TILE_ROWS);
  let part = tile / tiles;
  let slice = part / shape.items;
  let item = part % shape.items;
  let first = slice * shape.slice;
  return Place(
    tile % tiles / across * TILE_ROWS,
    tile % across * TILE_COLUMNS / 4,
    first + shape.first_term,
    min(first + shape.last_term, shape.inner),
    shape.a_first + item * shape.a_step,
    shape.b_first + item * shape.b_step,
    shape.c_first + part * shape.c_step,
  );
}

fn is_above(place: Place) -> bool {
  return TRIANGLE && place.row + TILE_ROWS <= 4 * place.quad;
}

// Writes four rows' numbers, one a column, of a quad of columns. `row` is a multiple of 4.
fn store(place: Place, row: u32, quad: u32, sums: mat4x4f) {
  if (row >= shape.rows || 4 * quad >= shape.columns || (TRIANGLE && row < 4 * quad)) {
    return;
  }
  let at = place.c + row * shape.c_stride + quad;
  #repeat r 0..4
  var made$r = vec4f();
  if (row + $r < shape.rows) {
    made$r = shape.alpha * sums[$r];
    if (shape.beta != 0) {
      made$r += shape.beta * c[at + $r * shape.c_stride];
    }
    made$r = finished(made$r, row + $r, quad);
    c[at + $r * shape.c_stride] = made$r;
  }
  #end
  if (TRIANGLE && shape.mirrored != 0 && row > 4 * quad) {
    let turned = transpose(mat4x4f(made0, made1, made2, made3));
    let mirror = place.c + 4 * quad * shape.c_stride + row / 4;
    #repeat r 0..4
    c[mirror + $r * shape.c_stride] = turned[$r];
    #end
  }
}
