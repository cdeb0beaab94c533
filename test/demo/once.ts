/** `make`, done when first asked for: what both browsers' tests expect is worked out once. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
