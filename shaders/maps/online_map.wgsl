// Takes rows into a map one after the other, each by
//   b = argmin_j |x - w_j|^2, ties to the lowest j;   w_j += rate h(|r_j - r_b|^2 / radius^2) (x - w_j)
// for every unit j, r_j being its place on the grid. Where h is below 0 it pushes the unit away, and is multiplied
// by |x - w_b|^2 / |x - w_j|^2, without which units far off would be pushed ever further.
//
// rows     [count][quads]  vec4, zeros past the last column
// steps    [count]         radius, rate
// places   [units]         how far right, and the row
// weights  [quads][units]  vec4: neighbouring lanes read neighbouring units
// costs    [count]         |x - w_b|^2 before the row's step
// squared  [units]         |x - w_j|^2 of the row under way
//
// One workgroup does it all, as a row is met by what the row before left behind. A lane owns every
// WORKGROUP-th unit, and is alone to read and write it. Cost: 5 units D FLOPs a row and log2(WORKGROUP)
// barriers; the weights stay in the cache where they fit it.
struct Shape {
  count: u32,
  quads: u32,
  units: u32,
  row_square: f32,
  period_right: f32,
  period_rows: f32,
  maximum: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> rows: array<vec4f>;
@group(0) @binding(2) var<storage, read> steps: array<vec2f>;
@group(0) @binding(3) var<storage, read> places: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> weights: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> costs: array<f32>;
@group(0) @binding(6) var<storage, read_write> squared: array<f32>;

const WORKGROUP = 256;
// See lib/unit_grid.wgsl.
const NEIGHBOURHOOD = 0;

// import ../lib/squared_distance.wgsl
// import ../lib/unit_grid.wgsl

var<workgroup> least: array<f32, WORKGROUP>;
var<workgroup> nearest: array<u32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
  for (var row = 0u; row < shape.count; row++) {
    var closest = 3.4e38;
    var whose = 0u;
    for (var unit = lane; unit < shape.units; unit += WORKGROUP) {
      var sum = 0.0;
      for (var q = 0u; q < shape.quads; q++) {
        sum += square(rows[row * shape.quads + q] - weights[q * shape.units + unit]);
      }
      squared[unit] = sum;
      if (sum < closest) {
        closest = sum;
        whose = unit;
      }
    }
    least[lane] = closest;
    nearest[lane] = whose;
    workgroupBarrier();
    for (var half = WORKGROUP / 2u; half > 0; half /= 2) {
      if (lane < half) {
        let other = least[lane + half];
        let ties = other == least[lane] && nearest[lane + half] < nearest[lane];
        if (other < least[lane] || ties) {
          least[lane] = other;
          nearest[lane] = nearest[lane + half];
        }
      }
      workgroupBarrier();
    }
    let cost = least[0];
    let centre = places[nearest[0]];
    if (lane == 0) {
      costs[row] = cost;
    }
    // The next row overwrites what all have read by then.
    workgroupBarrier();
    for (var unit = lane; unit < shape.units; unit += WORKGROUP) {
      var h = neighbourhood(squared_apart(places[unit], centre), 0.0, steps[row].x);
      if (h == 0.0) {
        continue;
      }
      // (Not for units that tie with the best, which may both lie on the row.)
      if (h < 0.0 && squared[unit] > cost) {
        h *= cost / squared[unit];
      }
      let step = steps[row].y * h;
      for (var q = 0u; q < shape.quads; q++) {
        let at = q * shape.units + unit;
        weights[at] += step * (rows[row * shape.quads + q] - weights[at]);
      }
    }
  }
}
