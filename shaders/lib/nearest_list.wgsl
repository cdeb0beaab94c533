// A sorted list of the nearest rows so far: (bits of the squared distance, row), nearest first. Bits of
// numbers >= 0 are in the numbers' order. `entry_at` and `set_entry` are the importing file's.

// What no row is, above every distance: 3.4e38.
const NO_ROW = vec2u(0x7f7fc99e, 0xffffffff);

// Puts an entry that is nearer than the last of k into their list, behind those as near: its entries lie
// at first, first + step, ... What is the last one's distance then.
fn insert(entry: vec2u, first: u32, step: u32, k: u32) -> u32 {
  let last = first + (k - 1) * step;
  var at = last;
  while (at > first) {
    let before = entry_at(at - step);
    if (before.x <= entry.x) {
      break;
    }
    set_entry(at, before);
    at -= step;
  }
  set_entry(at, entry);
  return entry_at(last).x;
}
