/** What wgsl_reflect is given of a kernel. */

/**
 * The text with every function's body emptied: wgsl_reflect 1.6 stumbles over some valid statements
 * (`a < b` next to a later `>`), and only the declarations are wanted of it.
 */
export function emptyBodies(code: string): string {
  let result = '';
  let rest = code;
  for (let at = rest.search(/\bfn\s/); at >= 0; at = rest.search(/\bfn\s/)) {
    const open = rest.indexOf('{', at);
    let depth = 1;
    let end = open + 1;
    for (; depth > 0 && end < rest.length; end++) {
      if (rest[end] === '{') depth++;
      else if (rest[end] === '}') depth--;
    }
    result += `${rest.slice(0, open)}{}`;
    rest = rest.slice(end);
  }
  return result + rest;
}
