/**
 * Runs cases inside an engine. Bundled with all suites to out/conformance/runner.js, which the
 * twin loads as it is, pages by page.js, Node and Deno by child.js.
 */
import * as library from '../../src/index.js';
import type { Case, ConformanceContext, Suite } from '../conformance/case.js';
import { suites } from '../conformance/index.js';
import { misbehaving } from './misbehaving.js';
import { type AdapterFacts, type CaseResult, failure } from './protocol.js';

export { suites };

/** What the engine's entry knows of its surroundings. */
export interface Platform {
  /** Absent on the CPU twin. */
  readonly gpu: GPU | undefined;
  /** The class whose `requestDevice` makes every device of this engine, the library's too. */
  readonly adapterClass: { readonly prototype: GPUAdapter } | undefined;
  /** Where fixtures are served: an URL that ends in '/'. */
  readonly files: string;
}

const LIMITS = [
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupStorageSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeInvocationsPerWorkgroup',
] as const;

const DEVICE_ERROR = 'uncaptured device error';

/** Complaints of the case that runs now: whoever sees something amiss adds a line. */
let complaints: string[] = [];
let watched = false;

/** Every device made from now on reports its uncaptured errors to the case that runs then. */
function watchDevices(adapterClass: Platform['adapterClass']): void {
  if (watched || adapterClass === undefined) return;
  watched = true;
  const { prototype } = adapterClass;
  type RequestDevice = (this: GPUAdapter, descriptor?: GPUDeviceDescriptor) => Promise<GPUDevice>;
  const requestDevice: RequestDevice = Reflect.get(prototype, 'requestDevice');
  prototype.requestDevice = async function (this: GPUAdapter, descriptor) {
    const device = await requestDevice.call(this, descriptor);
    device.addEventListener('uncapturederror', ({ error }) => {
      complaints.push(`${DEVICE_ERROR}: ${error.message}`);
    });
    return device;
  };
}

function findCase(suiteName: string, caseName: string): Case {
  const suite = [...suites, misbehaving].find(({ name }: Suite) => name === suiteName);
  const found = suite?.cases.find(({ name }) => name === caseName);
  if (found === undefined) {
    throw new Error(`the bundle holds no case '${caseName}' in a suite '${suiteName}'.`);
  }
  return found;
}

/** Fixtures that were read, one copy for all cases: the largest has 47 MB. */
const fixtures = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();

async function fetchFixture(files: string, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(new URL(name, files));
  if (!response.ok) throw new Error(`fixture '${name}': HTTP ${response.status}.`);
  return new Uint8Array(await response.arrayBuffer());
}

function readFixture(files: string, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = fixtures.get(name) ?? fetchFixture(files, name);
  fixtures.set(name, bytes);
  // What could not be read is not what later cases get.
  bytes.catch(() => fixtures.delete(name));
  return bytes;
}

async function requestAdapter(gpu: GPU | undefined): Promise<GPUAdapter> {
  const adapter = await gpu?.requestAdapter();
  if (!adapter) throw new Error('this engine gives no WebGPU adapter.');
  return adapter;
}

/** Runs one case to its end. Never rejects. */
export async function runCase(
  platform: Platform,
  suiteName: string,
  caseName: string,
): Promise<CaseResult> {
  watchDevices(platform.adapterClass);
  complaints = [];
  const warnings: string[] = [];
  const notes: string[] = [];
  const { error: consoleError, warn: consoleWarn } = console;
  console.error = (...parts: unknown[]) =>
    complaints.push(`console.error: ${parts.map(String).join(' ')}`);
  console.warn = (...parts: unknown[]) => warnings.push(parts.map(String).join(' '));
  const context: ConformanceContext = {
    gpu: platform.gpu !== undefined,
    runtime: platform.gpu === undefined ? 'cpu' : undefined,
    library,
    requestAdapter: () => requestAdapter(platform.gpu),
    readFile: (name) => readFixture(platform.files, name),
    takeWarnings: () => warnings.splice(0),
    note: (line) => notes.push(line),
  };
  const start = performance.now();
  const elapsed = () => Math.round(performance.now() - start);
  try {
    const found = findCase(suiteName, caseName);
    await found.run(context);
    // Errors of the last commands arrive as events, after what the case waited for.
    await new Promise((resolve) => setTimeout(resolve, 0));
    const held = [
      ...complaints.filter(
        (line) => !(found.provokesDeviceErrors && line.startsWith(DEVICE_ERROR)),
      ),
      ...warnings.map((line) => `console.warn: ${line}`),
    ];
    if (held.length > 0) return { ...failure(held.join('\n'), elapsed()), notes };
    return { ok: true, notes, milliseconds: elapsed() };
  } catch (error) {
    const { message = String(error), stack } = error as Partial<Error>;
    const lines = [message, ...complaints, ...warnings].join('\n');
    return { ...failure(lines, elapsed(), stack), notes };
  } finally {
    console.error = consoleError;
    console.warn = consoleWarn;
  }
}

/** What this engine's adapter says of itself. Rejects when there is none. */
export async function adapterFacts(gpu: GPU | undefined): Promise<AdapterFacts> {
  const { info, features, limits } = await requestAdapter(gpu);
  const named = [info.vendor, info.architecture].filter(Boolean).join(' ');
  return {
    description: info.description || named || 'an adapter that hides its name',
    features: [...features],
    limits: Object.fromEntries(LIMITS.map((name) => [name, limits[name]])),
  };
}
