// laid_out[i][j] = factor * numbers[first + i * row_step + j * column_step]; if ROOT, factor * sqrt(...).
//
// Rows with gaps between them, columns in the place of rows, and numbers of other types, as float32 rows without gaps.
//
// numbers   array<u32>       float32; if HALVES float16, two a word; if BYTES whole numbers of 8 bits, four a word;
//                            first and steps count numbers
// laid_out  [rows][columns]
//
// An invocation owns one number; neighbours own neighbouring columns, so that writes are coalesced, and reads where
// rows are (column_step 1). Cost: reads one number and writes 4 bytes each.
struct Shape {
  rows: u32,
  columns: u32,
  first: u32,
  row_step: u32,
  column_step: u32,
  factor: f32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> numbers: array<u32>;
@group(0) @binding(2) var<storage, read_write> laid_out: array<f32>;

const WORKGROUP = 64;
const HALVES = false;
const BYTES = false;
const ROOT = false;

fn number_at(at: u32) -> f32 {
  if (HALVES) {
    return unpack2x16float(numbers[at / 2u])[at % 2u];
  }
  if (BYTES) {
    return f32((numbers[at / 4u] >> (8u * (at % 4u))) & 0xffu);
  }
  return bitcast<f32>(numbers[at]);
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.x + group.y * groups.x) * WORKGROUP + lane;
  let i = index / shape.columns;
  let j = index % shape.columns;
  if (i >= shape.rows) {
    return;
  }
  var value = number_at(shape.first + i * shape.row_step + j * shape.column_step);
  if (ROOT) {
    value = sqrt(value);
  }
  laid_out[index] = shape.factor * value;
}
