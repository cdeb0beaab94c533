/** The report's style sheet. */

/**
 * The groups' colours on white: Okabe and Ito's (colour-blind-safe), black and yellow replaced by grey
 * and a yellow that shows. Style classes c0 to c7; on a dark page they are lighter.
 */
export const COLOURS = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#b8518b',
  '#c98600',
  '#3a9bd4',
  '#948600',
  '#5f6770',
] as const;

const each = (rule: (c: number) => string): string => COLOURS.map((_, c) => rule(c)).join(' ');

export const REPORT_STYLE = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --panel: #f5f6f8; --text: #1b1f24; --muted: #57606a; --rule: #d5d9de;
  --accent: #0072b2;
  ${each((c) => `--c${c}: ${COLOURS[c]};`)}
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171a; --panel: #1e2226; --text: #e8eaed; --muted: #a3abb4; --rule: #363c43;
    --accent: #56b4e9;
    --c0: #4a9fe0; --c1: #f0803c; --c2: #2ec49a; --c3: #e39bc4;
    --c4: #f2b632; --c5: #9bd8fa; --c6: #f0e442; --c7: #b4bac2;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 76rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 1.25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 0 0 .75rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 0; }
h3 + .note { margin: 0 0 .5rem; }
.facts { display: flex; flex-wrap: wrap; gap: .75rem; margin: 0; }
.facts div { flex: 1 1 auto; min-width: 6.5rem; background: var(--panel); border-radius: .5rem; padding: .6rem .8rem; }
.facts dt { color: var(--muted); font-size: .8rem; }
.facts dd { margin: 0; font-size: 1.1rem; font-weight: 600; overflow-wrap: anywhere; }
.facts .wide { flex-basis: 100%; }
.facts .wide dd { font-size: .95rem; font-weight: 400; }
.grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(30rem, 100%), 1fr)); gap: 1.25rem; margin-top: 1.25rem; }
section { border: 1px solid var(--rule); border-radius: .5rem; padding: 1rem; min-width: 0; }
section.full { grid-column: 1 / -1; }
.chart { display: block; width: 100%; max-width: 48rem; height: auto; margin: 0 auto; }
.chart text { fill: var(--muted); font-size: 13px; }
.chart .name { fill: var(--text); }
.chart .middle { text-anchor: middle; }
.chart .end { text-anchor: end; }
.axis line { stroke: var(--rule); }
.line { fill: none; stroke: var(--accent); stroke-width: 2; stroke-linejoin: round; }
.dots, .bars { fill: var(--accent); }
.line.second { stroke: var(--c1); }
.dots.second { fill: var(--c1); }
.swatch { display: inline-block; width: 1.2em; height: 3px; vertical-align: .25em; background: var(--accent); }
.swatch.second { background: var(--c1); }
.points { opacity: .7; }
.mark { width: 1em; height: 1em; vertical-align: -.12em; }
${each((c) => `.c${c} { fill: var(--c${c}); } .o${c} { stroke: var(--c${c}); }`)}
.outline { fill: none; stroke-width: 2; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; margin: .75rem 0 0; padding: 0; font-size: .9rem; }
.images { display: flex; flex-wrap: wrap; gap: .75rem; margin: 0; padding: 0; list-style: none; }
.images figure { margin: 0; }
.images img { display: block; width: 5.5rem; height: auto; image-rendering: pixelated; border-radius: .25rem; }
.pictures img { display: block; width: 4rem; height: auto; image-rendering: pixelated; border-radius: .25rem; }
.pictures th, .pictures td { border: 0; padding: .15rem .3rem .15rem 0; }
.images figcaption { color: var(--muted); font-size: .8rem; text-align: center; }
.note { color: var(--muted); font-size: .9rem; margin: .75rem 0 0; }
details { margin-top: .75rem; }
summary { cursor: pointer; color: var(--muted); font-size: .9rem; }
.scroll { max-height: 32rem; overflow: auto; margin-top: .5rem; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { padding: .2rem .9rem .2rem 0; white-space: nowrap; text-align: right; border-bottom: 1px solid var(--rule); font-variant-numeric: tabular-nums; }
th { color: var(--muted); font-weight: 600; }
th:first-child, td:first-child { text-align: left; }
`;
