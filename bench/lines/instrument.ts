/** A kernel's text, changed so that it also writes down where in its storage buffers it reads and writes. */
import { WgslReflect } from 'wgsl_reflect/wgsl_reflect.module.js';
import { emptyBodies } from '../../build/wgsl_bodies.js';

/** Invocations of the first workgroup that are logged: the largest subgroup. */
export const LOGGED_LANES = 64;
/** Accesses that each of them logs at most; later ones are those of earlier turns over again. */
export const LOGGED_ACCESSES = 1024;

/** A place in the text where an element of a buffer is read or written. */
export interface Site {
  /** The buffer's name in the kernel. */
  readonly buffer: string;
  /** As the text has it. */
  readonly text: string;
  /** From an element of the buffer to the next, in bytes. */
  readonly stride: number;
  /** Where the wanted part of the element begins in it, and its length, in bytes. */
  readonly offset: number;
  readonly bytes: number;
}

export interface Instrumented {
  readonly code: string;
  readonly sites: readonly Site[];
}

const LOG = `
@group(1) @binding(0) var<storage, read_write> access_log: array<vec2u>;
var<private> logged_lane = ${LOGGED_LANES}u;
var<private> logged_count = 0u;
fn logged(site: u32, index: u32) -> u32 {
  if (logged_lane < ${LOGGED_LANES}u && logged_count < ${LOGGED_ACCESSES}u && arrayLength(&access_log) > 1u) {
    access_log[logged_lane * ${LOGGED_ACCESSES}u + logged_count] = vec2u(site, index);
    logged_count++;
  }
  return index;
}
`;

const MAIN = /\bfn main\s*\(([^{]*)\)\s*\{/;
const COMPONENT = /^\.([xyzwrgba])(?!\w)/;
/** Of a component, in bytes: all vectors in buffers are of 4-byte numbers where one is taken alone. */
const COMPONENT_BYTES = 4;

/** Where the bracket that opens at `open` closes. */
function closing(code: string, open: number): number {
  let depth = 0;
  for (let at = open; at < code.length; at++) {
    if (code[at] === '[') depth++;
    else if (code[at] === ']' && --depth === 0) return at;
  }
  throw new Error(`a bracket stays open: ${code.slice(open, open + 40)}`);
}

/** `main` with the builtins that it lacks, noting its lane where it is of the first workgroup. */
function withLane(code: string): string {
  return code.replace(MAIN, (_, given: string) => {
    const missing: string[] = [];
    const nameOf = (builtin: string, type: string): string => {
      const known = new RegExp(String.raw`@builtin\(${builtin}\)\s*(\w+)`).exec(given);
      if (known) return known[1];
      missing.push(`@builtin(${builtin}) logged_${builtin}: ${type}`);
      return `logged_${builtin}`;
    };
    const lane = nameOf('local_invocation_index', 'u32');
    const group = nameOf('workgroup_id', 'vec3u');
    const parameters = [given.trim().replace(/,$/, ''), ...missing].filter(Boolean).join(', ');
    return (
      `fn main(${parameters}) {\n` + `if (all(${group} == vec3u())) { logged_lane = ${lane}; }\n`
    );
  });
}

/** The text that logs, and what its numbers of sites stand for. */
export function instrument(code: string): Instrumented {
  const strides = new Map<string, number>();
  for (const { name, type } of new WgslReflect(emptyBodies(code)).storage) {
    if (type.isArray) strides.set(name, (type as typeof type & { stride: number }).stride);
  }
  const sites: Site[] = [];
  const access = new RegExp(String.raw`(?<![\w.])(${[...strides.keys()].join('|')})\[`, 'g');
  const change = (text: string): string => {
    let result = '';
    let done = 0;
    access.lastIndex = 0;
    for (let found = access.exec(text); found; found = access.exec(text)) {
      const open = found.index + found[0].length - 1;
      const close = closing(text, open);
      const rest = text.slice(close + 1);
      const stride = strides.get(found[1])!;
      const component = COMPONENT.exec(rest)?.[1];
      const number = component === undefined ? -1 : 'xyzwrgba'.indexOf(component) % 4;
      sites.push({
        buffer: found[1],
        text: text.slice(found.index, close + 1 + (component ? 2 : 0)),
        stride,
        offset: Math.max(0, number) * COMPONENT_BYTES,
        bytes: component === undefined ? stride : COMPONENT_BYTES,
      });
      const site = sites.length;
      const inner = change(text.slice(open + 1, close));
      result += `${text.slice(done, open)}[logged(${site}u, u32(${inner}))]`;
      done = close + 1;
      access.lastIndex = done;
    }
    return result + text.slice(done);
  };
  const body = code.search(/\bfn\s/);
  return { code: code.slice(0, body) + withLane(change(code.slice(body))) + LOG, sites };
}
