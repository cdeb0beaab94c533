/**
 * The process in which Node (with Dawn) or Deno runs cases: bundled to out/conformance/child.js.
 * Requests come as JSON lines on the standard input, whose end ends the process.
 *
 * usage: child.js FILES_URL
 */
import process from 'node:process';
import { createInterface } from 'node:readline';
import { type CaseRequest, type ChildMessage, RECORD_SEPARATOR } from './protocol.js';
import { adapterFacts, type Platform, runCase } from './runner.js';

function send(message: ChildMessage): void {
  process.stdout.write(`${RECORD_SEPARATOR}${JSON.stringify(message)}\n`);
}

/** WebGPU of the runtime's own, or else Dawn. No global is set: the library has to do without. */
async function platform(files: string): Promise<Platform> {
  const own = (globalThis as { navigator?: { gpu?: GPU } }).navigator?.gpu;
  if (own) return { gpu: own, adapterClass: GPUAdapter, files };
  const { create, globals } = await import('webgpu');
  const { GPUAdapter: adapterClass } = globals as { GPUAdapter: { prototype: GPUAdapter } };
  return { gpu: create([]), adapterClass, files };
}

const here = await platform(process.argv[2]);
send({ kind: 'ready', facts: await adapterFacts(here.gpu) });
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line) as CaseRequest;
  send({ kind: 'result', result: await runCase(here, request.suite, request.case) });
}
process.exit();
