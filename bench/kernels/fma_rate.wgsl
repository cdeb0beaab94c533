// Multiply-adds as fast as the adapter does them: chains in registers, nothing loaded in between.
//   sums[i] = after LENGTH steps of a = a * factor + term, on ACCUMULATORS (2, 4 or 8) vec4 chains
// Cost: 8 LENGTH ACCUMULATORS FLOPs an invocation; 4 bytes written.

const WORKGROUP = 64;
const LENGTH = 1024;
const ACCUMULATORS = 4;
// The built-in fma, or a product and a sum for the compiler to join or not.
const BUILT_IN = true;

@group(0) @binding(0) var<storage, read> inputs: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;

fn step(a: vec4f, factor: vec4f, term: vec4f) -> vec4f {
  if (BUILT_IN) {
    return fma(a, factor, term);
  }
  return a * factor + term;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let factor = inputs[0];
  let term = inputs[1];
  var a0 = inputs[2] + f32(id.x);
  var a1 = a0 + 1;
  var a2 = a0 + 2;
  var a3 = a0 + 3;
  var a4 = a0 + 4;
  var a5 = a0 + 5;
  var a6 = a0 + 6;
  var a7 = a0 + 7;
  for (var i = 0; i < LENGTH; i++) {
    a0 = step(a0, factor, term);
    a1 = step(a1, factor, term);
    if (ACCUMULATORS > 2) {
      a2 = step(a2, factor, term);
      a3 = step(a3, factor, term);
    }
    if (ACCUMULATORS > 4) {
      a4 = step(a4, factor, term);
      a5 = step(a5, factor, term);
      a6 = step(a6, factor, term);
      a7 = step(a7, factor, term);
    }
  }
  let all = a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7;
  sums[id.x] = all.x + all.y + all.z + all.w;
}
