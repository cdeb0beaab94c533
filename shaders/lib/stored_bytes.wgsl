// How a quad of a row is held: as a signed byte each, the first column in the lowest (see
// narrow_bytes.wgsl).
alias Stored = u32;
alias FourStored = vec4u;

fn unpacked(stored: Stored) -> vec4f {
  return vec4f((vec4i(i32(stored)) << vec4u(24, 16, 8, 0)) >> vec4u(24));
}
