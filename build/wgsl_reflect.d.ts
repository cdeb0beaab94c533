/** wgsl_reflect's `main` does not load in Node as ESM; its module build does, but has no types of its own. */
declare module 'wgsl_reflect/wgsl_reflect.module.js' {
  export * from 'wgsl_reflect';
}
