/**
 * Vite plugin: leaves out what MT19937 needs to jump ahead, which nothing here ever does: 3 kB of a
 * polynomial that no compression makes smaller.
 */
import type { Plugin } from 'vite';

const GENERATOR = /pure-rand\/lib\/esm\/generator\/mersenne\.js$/;
const POLYNOMIAL = /(["'`])(?:\\.|(?!\1).){1000,}\1/gs;

export function randomPlugin(): Plugin {
  return {
    name: 'random',
    transform(code, id) {
      if (!GENERATOR.test(id)) return null;
      const found = code.match(POLYNOMIAL)?.length ?? 0;
      if (found !== 1) this.error(`${id} holds ${found} long texts, not the one of its jump`);
      return { code: code.replace(POLYNOMIAL, "''"), map: null };
    },
  };
}
