// Distances of units on a grid, and what h is of them. `shape`, which the importing file binds, has
//   row_square     f32  squared distance of neighbouring rows of units
//   period_right   f32  circumferences of a torus; 0 on the plane
//   period_rows    f32
//   maximum        u32  whether units lie apart by the larger of both steps, not by the straight line
// and NEIGHBOURHOOD, which the importing file has, says what h(s) is:
const GAUSSIAN = 0;      // exp(-s/2)
const BUBBLE = 1;        // 1 up to s = 1
const MEXICAN_HAT = 2;   // (1 - s) exp(-s/2)

// Squared radii beyond which h is 0.
const REACH = 1500.0;
// What is still within the radius: quotients are rounded.
const EDGE = 1.00000095367431640625;

// The shorter way round, where there is a way round.
fn around(distance: f32, period: f32) -> f32 {
  return select(distance, min(distance, period - distance), period > 0.0);
}

// The squared distance of two places on the grid, each how far right it lies and in which row: exact.
fn squared_apart(a: vec2f, b: vec2f) -> f32 {
  let apart = abs(a - b);
  let right = around(apart.x, shape.period_right);
  let down = around(apart.y, shape.period_rows);
  let straight = right * right + shape.row_square * down * down;
  let larger = max(right, down) * max(right, down);
  return select(straight, larger, shape.maximum != 0);
}

// h of a squared distance, but for the bubble times exp(least / (2 radius^2)), so that the nearest of units far
// off count.
fn neighbourhood(squared: f32, least: f32, radius: f32) -> f32 {
  // Not 0: with radius 0 the unit itself counts 1, and all others lie beyond the reach.
  let square = max(radius * radius, 1e-30);
  #if NEIGHBOURHOOD == BUBBLE
  let h = select(0.0, 1.0, squared / square <= EDGE);
  #else
  var h = exp(0.5 * (least - squared) / square);
  #if NEIGHBOURHOOD == MEXICAN_HAT
  h *= 1.0 - squared / square;
  #end
  #end
  return select(select(h, 0.0, squared > REACH * square), 1.0, squared == 0.0);
}
