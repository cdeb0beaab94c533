// What weighted sums over rows (gram.wgsl, moments.wgsl) share: bindings, and what an invocation owns.
//
// points   see lib/points_layout.wgsl; rows [first, first + rows) of them, for each cluster
//          point_stride further: 0 where all have the same rows
// centres  [K][quads]           vec4
// weights  [K][weight_stride]   r_nk by row from 0
// partial  [lanes][K][..]       vec4; of the clusters [first_cluster, last_cluster)
//
// Rows go in units of unit_rows, each of unit_lanes runs: of its rows, run l takes l, l + unit_lanes, ...
// An invocation owns one run, one cluster and one part of what a cluster's sums are. Neighbours own
// neighbouring runs, and so load neighbouring rows; with SUBGROUPS a workgroup owns one run, one part and
// WORKGROUP clusters of the same rows, which subgroups load together (see two_rows.wgsl): unit_lanes is 1,
// and a run is a unit. No barrier, no atomics, no workgroup memory.
const SUBGROUPS = false;

struct Shape {
  first: u32,
  rows: u32,
  quads: u32,
  clusters: u32,
  lanes: u32,
  unit_rows: u32,
  unit_lanes: u32,
  weight_stride: u32,
  first_cluster: u32,
  last_cluster: u32,
  point_stride: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<Stored>;
@group(0) @binding(2) var<storage, read> centres: array<vec4f>;
@group(0) @binding(3) var<storage, read> weights: array<f32>;
@group(0) @binding(4) var<storage, read> state: array<u32>;
@group(0) @binding(5) var<storage, read_write> partial: array<vec4f>;

const WORKGROUP = 64;
const HALTED = 1;

// import points_layout.wgsl
// import two_rows.wgsl

// Workgroups that a run and a part take with SUBGROUPS.
fn across() -> u32 {
  return (cluster_count() + WORKGROUP - 1) / WORKGROUP;
}

fn cluster_count() -> u32 {
  return shape.last_cluster - shape.first_cluster;
}

fn run_of(workgroup: u32, lane: u32, parts: u32) -> u32 {
  #if SUBGROUPS
  return workgroup / across() / parts;
  #else
  return (workgroup * WORKGROUP + lane) % shape.lanes;
  #end
}

fn part_of(workgroup: u32, lane: u32, parts: u32) -> u32 {
  #if SUBGROUPS
  return workgroup / across() % parts;
  #else
  return (workgroup * WORKGROUP + lane) / shape.lanes % parts;
  #end
}

// Counted from first_cluster.
fn cluster_of(workgroup: u32, lane: u32, parts: u32) -> u32 {
  #if SUBGROUPS
  return workgroup % across() * WORKGROUP + lane;
  #else
  return (workgroup * WORKGROUP + lane) / shape.lanes / parts;
  #end
}

// With SUBGROUPS uniform over the workgroup: invocations past the last cluster go along with it, and write
// nothing.
fn is_idle(run: u32, cluster: u32) -> bool {
  #if SUBGROUPS
  return state[HALTED] != 0 || run >= shape.lanes;
  #else
  return state[HALTED] != 0 || cluster >= cluster_count();
  #end
}

// Where a row's first quad lies.
fn row_at(row: u32) -> u32 {
  return point_at(shape.first + row, shape.quads);
}

fn weight_of(k: u32, row: u32) -> f32 {
  return weights[k * shape.weight_stride + row];
}
