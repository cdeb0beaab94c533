// How a quad of a row is held.
//
// 0: in full; 1: as float16, two columns a word (see narrow.wgsl), which needs no optional feature and took
// lavapipe no longer than vec4<f16> does; 2: as a signed byte each, the first column in the lowest (see
// narrow_bytes.wgsl).
const STORED = 0;

#if STORED == 0
alias Stored = vec4f;
alias FourStored = mat4x4f;

fn unpacked(stored: Stored) -> vec4f {
  return stored;
}
#end
#if STORED == 1
alias Stored = vec2u;
alias FourStored = array<vec2u, 4>;

fn unpacked(stored: Stored) -> vec4f {
  return vec4f(unpack2x16float(stored.x), unpack2x16float(stored.y));
}
#end
#if STORED == 2
alias Stored = u32;
alias FourStored = vec4u;

fn unpacked(stored: Stored) -> vec4f {
  return vec4f((vec4i(i32(stored)) << vec4u(24, 16, 8, 0)) >> vec4u(24));
}
#end
