// How a quad of a row is held: as float16, two columns a word (see narrow.wgsl). It needs no optional
// feature, and took lavapipe no longer than vec4<f16> does (blobs 100,000 x 32 and MNIST, K 64 and 10).
alias Stored = vec2u;
alias FourStored = array<vec2u, 4>;

fn unpacked(stored: Stored) -> vec4f {
  return vec4f(unpack2x16float(stored.x), unpack2x16float(stored.y));
}
