// An epoch's step of a batch map: each unit j moves to the mean of all rows, of which those of unit i weigh h_ji
// (Kohonen, "Self-Organizing Maps", 2001, section 3.6),
//   w_j + sum_i h_ji (S_i - n_i w_j) / sum_i |h_ji| n_i
// S_i being the sum of i's rows, residuals from w_i and n_i w_i, and n_i their weight. Where h is below 0 it pushes j away from
// the mean m_i of i's rows, and is multiplied by |m_i - w_i|^2 / |m_i - w_j|^2, 1 at most, without which units far
// off would be pushed ever further. A unit that no rows reach stays. With radius 0 it is the step of K-means.
// Units that the same rows reach in the same proportions come to lie on each other, bit for bit, wherever they were:
// so their rows go to the first of them on every device.
//
// places      [units]         how far right, and the row
// radii       [EPOCHS]        that of epoch e in slot e % EPOCHS
// state       see end_epoch.wgsl
// totals      [units][quads]  see combine.wgsl
// references  [units][quads]  vec4, the weights w
// weights     [units][quads]  vec4, the new ones
// half_norms  [units]         |w|^2 / 2 of the new ones
//
// UNITS lanes beside each other own a unit j each, and SLICES such groups of a workgroup take turns at the
// units i, which all lanes of a group read together; with SUBGROUPS each lane loads one of LANES units i and
// the subgroup passes them round. A lane keeps BLOCK quads of sums.
// Lines of memory: lanes of a slice read one unit together, and slices, or a subgroup's lanes, neighbouring
//   units: each has a line or more of its own, whose quads are read one after the other.
// Cost: 2 units^2 D FLOPs, and units^2 exponentials for each BLOCK quads.
#if SUBGROUPS
enable subgroups;
#end
const SUBGROUPS = false;

struct Shape {
  // First of the units of this dispatch.
  first: u32,
  units: u32,
  quads: u32,
  row_square: f32,
  period_right: f32,
  period_rows: f32,
  maximum: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> places: array<vec2f>;
@group(0) @binding(2) var<storage, read> radii: array<f32>;
@group(0) @binding(3) var<storage, read> state: array<u32>;
@group(0) @binding(4) var<storage, read> totals: array<ClusterSum>;
@group(0) @binding(5) var<storage, read> references: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> weights: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> half_norms: array<f32>;

const WORKGROUP = 64;
const UNITS = 8;
const SLICES = WORKGROUP / UNITS;
const BLOCK = 4;
// With SUBGROUPS at most the subgroup's size, and SLICES is 1.
const LANES = 1;
// Units i that go to a sum before it is added to the others: a multiple of SLICES LANES.
const TILE = 256;
const EPOCHS = 64;
// See lib/unit_grid.wgsl.
const NEIGHBOURHOOD = 0;
const ITERATIONS = 0;

// import ../lib/cluster_sums.wgsl
// import ../lib/squared_distance.wgsl
// import ../lib/unit_grid.wgsl

// A unit i: where it lies, its n_i, and BLOCK quads of S_i.
struct Reaching {
  place: vec2f,
  weight: f32,
  #repeat q 0..BLOCK
  q$q: vec4f,
  #end
}

// What reached a unit j: BLOCK quads of sum h S_i, sum |h| n_i, and what of that counts for less than itself.
struct Reached {
  all: f32,
  #if NEIGHBOURHOOD == MEXICAN_HAT
  less: f32,
  #end
  #repeat q 0..BLOCK
  q$q: vec4f,
  #end
}

#if SLICES > 1
var<workgroup> nearest: array<f32, WORKGROUP>;
var<workgroup> parts: array<Reached, WORKGROUP>;
#end

fn plus_reached(a: Reached, b: Reached) -> Reached {
  var sum = Reached();
  sum.all = a.all + b.all;
  #if NEIGHBOURHOOD == MEXICAN_HAT
  sum.less = a.less + b.less;
  #end
  #repeat q 0..BLOCK
  sum.q$q = a.q$q + b.q$q;
  #end
  return sum;
}

// Past the last unit it has no rows.
fn place_of(i: u32) -> Reaching {
  let own = min(i, shape.units - 1);
  var other = Reaching();
  other.place = places[own];
  other.weight = select(0.0, totals[own * shape.quads].weight, i < shape.units);
  return other;
}

// Quads past the last are copies of that, and never written.
fn sums_of(i: u32, block: u32) -> Reaching {
  let own = min(i, shape.units - 1);
  var other = place_of(i);
  #repeat q 0..BLOCK
  let at$q = own * shape.quads + min(block + $q, shape.quads - 1);
  other.q$q = totals[at$q].residuals + other.weight * references[at$q];
  #end
  return other;
}

#if SUBGROUPS
#repeat i 0..LANES
fn place_from_$i(mine: Reaching) -> Reaching {
  var other = Reaching();
  other.place = subgroupBroadcast(mine.place, $i);
  other.weight = subgroupBroadcast(mine.weight, $i);
  return other;
}

fn sums_from_$i(mine: Reaching) -> Reaching {
  var other = place_from_$i(mine);
  #repeat q 0..BLOCK
  other.q$q = subgroupBroadcast(mine.q$q, $i);
  #end
  return other;
}
#end
#else
fn place_from_0(mine: Reaching) -> Reaching {
  return mine;
}

fn sums_from_0(mine: Reaching) -> Reaching {
  return mine;
}
#end

#if NEIGHBOURHOOD == MEXICAN_HAT
// |m_i - w_i|^2 / |m_i - w_j|^2, 1 at most.
fn held(i: u32, count: f32, unit: u32) -> f32 {
  var own = 0.0;
  var other = 0.0;
  for (var q = 0u; q < shape.quads; q++) {
    let residual = totals[i * shape.quads + q].residuals / count;
    own += square(residual);
    other += square(references[i * shape.quads + q] + residual - references[unit * shape.quads + q]);
  }
  return select(1.0, own / other, own < other);
}
#end

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
  #if SUBGROUPS
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
  #end
) {
  let begin = shape.first + UNITS * (group.x + group.y * groups.x);
  if (begin >= shape.units) {
    return;
  }
  let radius = radii[state[ITERATIONS] % EPOCHS];
  // Past the end it is a copy of the last, and never written.
  let unit = min(begin + lane % UNITS, shape.units - 1);
  let place = places[unit];
  #if SLICES > 1
  let slice = lane / UNITS;
  let writes = slice == 0 && begin + lane < shape.units;
  #else
  let slice = 0u;
  let writes = begin + lane < shape.units;
  #end
  #if SUBGROUPS
  let share = subgroup_lane % LANES;
  #else
  let share = 0u;
  #end

  var least = 3.4e38;
  for (var i = slice * LANES; i < shape.units; i += SLICES * LANES) {
    let mine = place_of(i + share);
    #repeat l 0..LANES
    let other$l = place_from_$l(mine);
    let apart$l = squared_apart(other$l.place, place);
    least = select(least, min(least, apart$l), other$l.weight > 0.0);
    #end
  }
  #if SLICES > 1
  nearest[lane] = least;
  workgroupBarrier();
  for (var other = lane % UNITS; other < WORKGROUP; other += UNITS) {
    least = min(least, nearest[other]);
  }
  #end

  var norm = 0.0;
  for (var block = 0u; block < shape.quads; block += BLOCK) {
    var reached = Reached();
    for (var tile = 0u; tile < shape.units; tile += TILE) {
      // Of the tile alone, so that few terms go to a sum.
      var part = Reached();
      for (var i = tile + slice * LANES; i < min(tile + TILE, shape.units); i += SLICES * LANES) {
        let mine = sums_of(i + share, block);
        #repeat l 0..LANES
        let other$l = sums_from_$l(mine);
        let apart$l = squared_apart(other$l.place, place);
        let h$l = select(0.0, neighbourhood(apart$l, least, radius), other$l.weight > 0.0);
        part.all += other$l.weight * abs(h$l);
        var counts$l = h$l;
        #if NEIGHBOURHOOD == MEXICAN_HAT
        if (h$l < 0.0) {
          counts$l *= held(i + $l, other$l.weight, unit);
        }
        part.less += other$l.weight * (abs(h$l) - counts$l);
        #end
        #repeat q 0..BLOCK
        part.q$q += counts$l * other$l.q$q;
        #end
        #end
      }
      reached = plus_reached(reached, part);
    }
    #if SLICES > 1
    parts[lane] = reached;
    workgroupBarrier();
    if (writes) {
      for (var other = lane + UNITS; other < WORKGROUP; other += UNITS) {
        reached = plus_reached(reached, parts[other]);
      }
    }
    #end
    #repeat q 0..BLOCK
    if (writes && block + $q < shape.quads) {
      let at = unit * shape.quads + block + $q;
      var moved = references[at];
      if (reached.all > 0.0) {
        #if NEIGHBOURHOOD == MEXICAN_HAT
        reached.q$q += reached.less * moved;
        #end
        moved = reached.q$q / reached.all;
      }
      weights[at] = moved;
      norm += dot(moved, moved);
    }
    #end
    #if SLICES > 1
    // What the next block writes was read.
    workgroupBarrier();
    #end
  }
  if (writes) {
    half_norms[unit] = 0.5 * norm;
  }
}
