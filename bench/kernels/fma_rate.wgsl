// Multiply-adds as fast as the adapter does them: chains in registers, nothing loaded in between.
//   sums[i] = after 8 LENGTH steps of a = a * factor + term, on ACCUMULATORS (2, 4 or 8) vec4 chains
// A turn of the loop takes eight steps, since what a software driver spends on a turn itself is no less
// than a step or two.
// Cost: 64 LENGTH ACCUMULATORS FLOPs an invocation; 4 bytes written.

const WORKGROUP = 64;
const LENGTH = 128;
const ACCUMULATORS = 4;
// The built-in fma, or a product and a sum for the compiler to join or not.
const BUILT_IN = true;

@group(0) @binding(0) var<storage, read> inputs: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;

struct Chains {
  a0: vec4f,
  a1: vec4f,
  a2: vec4f,
  a3: vec4f,
  a4: vec4f,
  a5: vec4f,
  a6: vec4f,
  a7: vec4f,
}

fn step(a: vec4f, factor: vec4f, term: vec4f) -> vec4f {
  if (BUILT_IN) {
    return fma(a, factor, term);
  }
  return a * factor + term;
}

fn steps(before: Chains, factor: vec4f, term: vec4f) -> Chains {
  var chains = before;
  chains.a0 = step(chains.a0, factor, term);
  chains.a1 = step(chains.a1, factor, term);
  if (ACCUMULATORS > 2) {
    chains.a2 = step(chains.a2, factor, term);
    chains.a3 = step(chains.a3, factor, term);
  }
  if (ACCUMULATORS > 4) {
    chains.a4 = step(chains.a4, factor, term);
    chains.a5 = step(chains.a5, factor, term);
    chains.a6 = step(chains.a6, factor, term);
    chains.a7 = step(chains.a7, factor, term);
  }
  return chains;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let factor = inputs[0];
  let term = inputs[1];
  let first = inputs[2] + f32(id.x);
  var chains = Chains(
    first,
    first + 1,
    first + 2,
    first + 3,
    first + 4,
    first + 5,
    first + 6,
    first + 7,
  );
  for (var i = 0; i < LENGTH; i++) {
    chains = steps(chains, factor, term);
    chains = steps(chains, factor, term);
    chains = steps(chains, factor, term);
    chains = steps(chains, factor, term);
    chains = steps(chains, factor, term);
    chains = steps(chains, factor, term);
    chains = steps(chains, factor, term);
    chains = steps(chains, factor, term);
  }
  let all =
    chains.a0 + chains.a1 + chains.a2 + chains.a3 + chains.a4 + chains.a5 + chains.a6 + chains.a7;
  sums[id.x] = all.x + all.y + all.z + all.w;
}
