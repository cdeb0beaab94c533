// For kernels whose workgroup owns WIDE neighbouring quads of columns, of which invocation `lane` takes quad lane % WIDE and every
// TALL-th row from lane / WIDE on: the sums of all invocations of a quad, for those below WIDE.
const WORKGROUP = 256;
const WIDE = 16;
const TALL = 16;

var<workgroup> parts: array<vec4f, WORKGROUP>;

fn down_columns(mine: vec4f, lane: u32) -> vec4f {
  var sum = mine;
  for (var half = WORKGROUP / 2u; half >= WIDE; half /= 2) {
    parts[lane] = sum;
    workgroupBarrier();
    if (lane < half) {
      sum += parts[lane + half];
    }
    workgroupBarrier();
  }
  return sum;
}
