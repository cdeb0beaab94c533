/** Where an algebra's kernels go: to the device at once, or into a recording. */
import type { Workspace } from '../../../host/workspace.js';

/** Of a workspace, what kernels need. */
export type Workbench = Pick<
  Workspace,
  'runtime' | 'run' | 'allocate' | 'release' | 'upload' | 'read'
>;

/** Where matrices lie. */
export interface Desk {
  readonly workspace: Workbench;
  /** Bound where a kernel has a binding that it does not read this time; zeros. */
  readonly unread: GPUBuffer;
}
