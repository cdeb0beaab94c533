/** A kernel file as the build hands it over; see build/wgsl_plugin.ts. */
declare module '*.wgsl' {
  const source: import('../host/kernel.js').KernelSource;
  export default source;
}
