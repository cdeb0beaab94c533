/** Once before the test files that need it, some of which run at the same time. */
export { bundleSuites as setup } from './bundle.js';
