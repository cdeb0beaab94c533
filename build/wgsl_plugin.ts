/**
 * Vite plugin: `import assign from './assign.wgsl'` gives the kernel's text and a typed
 * description of it (bindings, struct offsets, constants, workgroup size), read from the WGSL by
 * wgsl_reflect at build time, so that no offset is written by hand and no reflector is shipped.
 * In a build for users texts are minified, and those of shared files are shipped once.
 */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { ResourceType, StructInfo, WgslReflect } from 'wgsl_reflect/wgsl_reflect.module.js';
import { permute } from '../host/permutation.js';
import type { KernelSource } from '../host/kernel.js';
import { kernelSource } from '../host/kernel_source.js';
import { emptyBodies } from './wgsl_bodies.js';
import { minify, readShaders, shortNames } from './wgsl_minify.js';

const SHADERS = fileURLToPath(new URL('../shaders', import.meta.url));

/** A line that stands for the text of a shared file, named from the folder of the file. */
const IMPORT = /^\/\/ import (\S+)$/gm;
const KERNEL_SOURCE = fileURLToPath(new URL('../host/kernel_source.ts', import.meta.url));

/** The text of a kernel file, or of a shared one, with what it imports put in. */
async function readKernel(file: string, onImport: (path: string) => void): Promise<string> {
  const text = await readFile(file, 'utf8');
  let result = text;
  for (const [line, name] of text.matchAll(IMPORT)) {
    const path = join(dirname(file), name);
    onImport(path);
    const shared = await readKernel(path, onImport);
    result = result.replace(line, () => shared);
  }
  return result;
}

/** Comments are for the reader of the file; the shipped text goes without. */
function stripComments(code: string): string {
  return code
    .replace(/\/\/.*$/gm, '')
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{2,}/g, '\n')
    .trim();
}

/** What the host needs to know of a kernel file. */
export function describeKernel(file: string, text: string): KernelSource {
  const code = stripComments(text);
  return kernelSource(basename(file, '.wgsl'), code, describeBindings(file, code));
}

const LETTERS: Readonly<Record<string, string>> = { u32: '', i32: ':i', f32: ':f' };

/** A kernel's bindings as `kernelSource` takes them. */
function describeBindings(file: string, code: string): string {
  const fail = (why: string): never => {
    throw new Error(`${file}: ${why}`);
  };
  if (!code.includes('@workgroup_size(')) fail('no @workgroup_size');
  const { constants } = kernelSource('', code, 'none<');
  const reflection = new WgslReflect(emptyBodies(permute(code, constants)));
  return [...reflection.uniforms, ...reflection.storage]
    .sort((a, b) => a.binding - b.binding)
    .map((variable, i) => {
      const { name, type } = variable;
      if (variable.group !== 0) fail(`binding '${name}' is not in group 0`);
      if (variable.binding !== i) fail(`binding '${name}' is ${variable.binding}, not the next`);
      if (variable.resourceType !== ResourceType.Uniform) {
        return name + (variable.access === 'read' ? '<' : '>');
      }
      if (!(type instanceof StructInfo)) return fail(`uniform '${name}' is not a struct`);
      const fields = type.members.map((member, at) => {
        const letter = LETTERS[member.type.name] as string | undefined;
        if (letter === undefined) {
          fail(`uniform field '${member.name}' is ${member.type.name}; only u32, i32, f32`);
        }
        if (member.offset !== 4 * at) fail(`uniform field '${member.name}' is not the next word`);
        return `${member.name}${letter}`;
      });
      return `${name}=${fields.join(',')}`;
    })
    .join(' ');
}

/** A module's lines that put together the text of a file from its own lines and what it imports. */
function minifiedModule(file: string, text: string, names: ReadonlyMap<string, string>) {
  const pieces: string[] = [];
  const imports: string[] = [];
  const own = (part: string) => {
    const short = minify(stripComments(part), names);
    if (short !== '') pieces.push(JSON.stringify(short));
  };
  let end = 0;
  for (const found of text.matchAll(IMPORT)) {
    own(text.slice(end, found.index));
    end = found.index + found[0].length;
    const path = join(dirname(file), found[1]);
    imports.push(`import part${imports.length} from ${JSON.stringify(`${path}?part`)};`);
    pieces.push(`part${imports.length - 1}`);
  }
  own(text.slice(end));
  return { imports: imports.join('\n'), text: pieces.join(" + '\\n' + ") };
}

/** @param shipped whether texts are for users */
export function wgslPlugin({ shipped = false } = {}): Plugin {
  const names = shipped ? shortNames(readShaders(SHADERS).map(stripComments)) : undefined;
  return {
    name: 'wgsl-kernel',
    async load(id) {
      const [file, query] = id.split('?');
      if (!file.endsWith('.wgsl')) return null;
      const watch = (path: string) => {
        this.addWatchFile(path);
      };
      watch(file);
      const whole = await readKernel(file, watch);
      if (!names) return `export default ${JSON.stringify(describeKernel(file, whole))};`;
      const { imports, text } = minifiedModule(file, await readFile(file, 'utf8'), names);
      if (query === 'part') return `${imports}\nexport default ${text};`;
      const parts = [basename(file, '.wgsl'), describeBindings(file, stripComments(whole))];
      const [name, bindings] = parts.map((part) => JSON.stringify(part));
      return (
        `import { kernelSource } from ${JSON.stringify(KERNEL_SOURCE)};\n${imports}\n` +
        `export default /* @__PURE__ */ kernelSource(${name}, ${text}, ${bindings});`
      );
    },
  };
}
