/** Shorter names for WGSL, the same in every file, so that shared files are shipped once. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What WGSL itself, or an extension of it, calls something: never a name of ours to shorten. */
const RESERVED = new Set(
  (
    'alias array atomic bool break case const const_assert continue continuing default diagnostic discard else enable ' +
    'f16 f32 false fn for i32 if let loop mat2x2f mat2x3f mat2x4f mat3x2f mat3x3f mat3x4f mat4x2f mat4x3f mat4x4f override ptr ' +
    'requires return struct switch true u32 var vec2 vec2f vec2h vec2i vec2u vec3 vec3f vec3h vec3i vec3u vec4 vec4f vec4h vec4i vec4u ' +
    'while function private workgroup uniform storage read write read_write main binding builtin group compute workgroup_size ' +
    'workgroup_id num_workgroups local_invocation_index local_invocation_id global_invocation_id subgroup_invocation_id ' +
    'subgroup_size subgroups f16 bitcast all any select abs acos asin atan atan2 ceil clamp cos cosh countLeadingZeros countOneBits ' +
    'countTrailingZeros cross degrees determinant distance dot dot4I8Packed dot4U8Packed exp exp2 extractBits faceForward ' +
    'firstLeadingBit firstTrailingBit floor fma fract frexp insertBits inverseSqrt ldexp length log log2 max min mix modf normalize ' +
    'pow quantizeToF16 radians reflect refract reverseBits round saturate sign sin sinh smoothstep sqrt step tan tanh transpose trunc ' +
    'arrayLength atomicLoad atomicStore atomicAdd atomicSub atomicMax atomicMin atomicAnd atomicOr atomicXor atomicExchange ' +
    'atomicCompareExchangeWeak pack2x16float unpack2x16float pack4xI8 unpack4xI8 pack4x8snorm unpack4x8snorm storageBarrier ' +
    'workgroupBarrier workgroupUniformLoad subgroupAdd subgroupBroadcast subgroupBroadcastFirst subgroupShuffle subgroupShuffleXor ' +
    'subgroupMin subgroupMax subgroupAll subgroupAny subgroupBallot subgroupElect size align'
  ).split(' '),
);
/** What the host looks for in a kernel's text (src/rows/storage.ts). */
const SOUGHT = new Set(['Stored', 'FourStored']);
/** Columns of a vector. */
const SWIZZLE = /^[xyzwrgba]{1,4}$/;
const DECLARED =
  /\b(?:fn|struct|alias|let)\s+(\w+)|\bvar(?:<[^>]*>)?\s+(\w+)|\b([a-z_]\w*)(?=\s*:)/g;
const TOKEN = /\$\w+|\$\((?:[^()]|\([^()]*\))*\)|[A-Za-z_]\w*|\d[\w.]*|./gs;

const isName = (token: string) => /^[A-Za-z_]/.test(token);

/** Names from the most frequent to the least get A, B, ... Z, A0, ...: no word of WGSL begins so. */
export function shortNames(texts: readonly string[]): ReadonlyMap<string, string> {
  const uses = new Map<string, number>();
  const declared = new Set<string>();
  const counted = new Set<string>();
  for (const text of texts) {
    const plain = text.replace(/^\s*#.*$/gm, '');
    for (const [, ...names] of plain.matchAll(DECLARED)) {
      for (const name of names) if (name) declared.add(name);
    }
    for (const [, name] of plain.matchAll(/\b(\w+?)\$/g)) counted.add(name);
    for (const [token] of plain.matchAll(TOKEN)) uses.set(token, (uses.get(token) ?? 0) + 1);
  }
  const isCounted = (name: string) => counted.has(name.replace(/\d+$/, ''));
  const names = [...declared]
    .filter(
      (name) => !RESERVED.has(name) && !SOUGHT.has(name) && !SWIZZLE.test(name) && !isCounted(name),
    )
    .sort((a, b) => (uses.get(b) ?? 0) - (uses.get(a) ?? 0) || (a < b ? -1 : 1));
  const taken = new Set(texts.flatMap((text) => text.match(/\b[A-Z][\dA-Z_]*\b/g) ?? []));
  const short: string[] = [];
  for (let i = 0; short.length < names.length; i++) {
    const letter = String.fromCharCode(65 + (i % 26));
    const name = i < 26 ? letter : `${letter}${Math.floor(i / 26 - 1).toString(36)}`;
    if (!taken.has(name)) short.push(name);
  }
  return new Map(names.map((name, i) => [name, short[i]]));
}

const OPERATOR =
  / (=|\+|-|\*|\/|%|<|>|==|!=|<=|>=|&&|\|\||&|\||\^|<<|>>|->|\+=|-=|\*=|\/=) (?![-*&])/g;

/** A text without comments, with short names and no blanks that it can do without. */
export function minify(text: string, names: ReadonlyMap<string, string>): string {
  return text
    .split('\n')
    .map((line) => {
      const trimmed = line.trim();
      if (trimmed.startsWith('#')) return trimmed;
      const renamed = Array.from(trimmed.matchAll(TOKEN), ([token]) =>
        isName(token) ? (names.get(token) ?? token) : token,
      ).join('');
      return renamed
        .replace(/ *([(){},;]) */g, '$1')
        .replace(/: /g, ':')
        .replace(OPERATOR, '$1');
    })
    .filter((line) => line !== '')
    .reduce((joined, line) => joined + (mustPart(joined, line) ? '\n' : '') + line, '');
}

/** Whether a line is to begin anew: # lines and constants are sought by lines, and words must not grow together. */
function mustPart(before: string, line: string): boolean {
  const last = before.slice(before.lastIndexOf('\n') + 1);
  return (
    before !== '' &&
    (last.startsWith('#') || /^(#|const )/.test(line) || (/\w$/.test(before) && /^\w/.test(line)))
  );
}

/** The texts of all `.wgsl` files in a folder. */
export function readShaders(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.wgsl'))
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8'));
}
