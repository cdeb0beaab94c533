// How a quad of a row is held: in full. The host may put stored_float16.wgsl or stored_bytes.wgsl in its place.
alias Stored = vec4f;
alias FourStored = mat4x4f;

fn unpacked(stored: Stored) -> vec4f {
  return stored;
}
