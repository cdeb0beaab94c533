/** What vitest does before the tests that run in engines: their bundle, once for all. */
export { bundleSuites as setup } from './bundle.js';
