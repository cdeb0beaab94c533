// Appends a row to `undecided`, which the importing file binds.
//
// import undecided.wgsl

fn list_undecided(row: u32) {
  let place = atomicAdd(&undecided[UNDECIDED], 1);
  atomicStore(&undecided[FIRST_UNDECIDED + place], row);
  if (place % 4 == 0 && place < 4 * MOST_DECIDERS) {
    atomicAdd(&undecided[DECIDERS], 1);
  }
}
