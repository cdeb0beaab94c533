/** Numbers under their names. */
import { make } from './dom.js';

/** Fills a `<dl class="facts">`, and shows it. */
export function showFacts(place: HTMLElement, facts: Readonly<Record<string, string>>): void {
  place.replaceChildren(
    ...Object.entries(facts).map(([name, value]) =>
      make('div', {}, make('dt', {}, name), make('dd', {}, value)),
    ),
  );
  place.hidden = false;
}
