/**
 * Gives a class its name for good, as people see it in a console. Without it the class would be called
 * what a minifier, ours or that of a page's bundler, makes of it.
 */
export function nameClass(type: object, name: string): void {
  Object.defineProperty(type, 'name', { value: name, configurable: true });
}
