/** Finds the site's pages, and puts what all of them share around what each holds. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Plugin } from 'vite';

/** A page as its own HTML file describes it. */
interface SitePage {
  /** Its folder in the site: '' is the first page. */
  readonly folder: string;
  readonly title: string;
  readonly description: string;
  /** Its place in the navigation. */
  readonly order: number;
}

function readMeta(html: string, name: string): string {
  return new RegExp(`<meta\\s+name="${name}"\\s+content="([^"]*)"`).exec(html)?.[1] ?? '';
}

function describe(root: string, folder: string): SitePage {
  const html = readFileSync(join(root, folder, 'index.html'), 'utf8');
  const title = /<title>([^<]+)<\/title>/.exec(html)?.[1];
  const description = readMeta(html, 'description');
  if (!title || !description) {
    throw new Error(`demo/${folder}/index.html needs a <title> and <meta name="description">.`);
  }
  return { folder, title, description, order: Number(readMeta(html, 'order')) };
}

/** The pages of the site, in the order of its navigation: every folder with an index.html. */
function findPages(root: string): readonly SitePage[] {
  const folders = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'dist')
    .map(({ name }) => name)
    .filter((name) => readdirSync(join(root, name)).includes('index.html'));
  return folders
    .map((folder) => describe(root, folder))
    .sort((a, b) => a.order - b.order || a.folder.localeCompare(b.folder));
}

/** The HTML files to build, by name. */
export function pageEntries(root: string): Record<string, string> {
  const entries = findPages(root).map(({ folder }) => [folder, join(root, folder, 'index.html')]);
  return { home: join(root, 'index.html'), ...Object.fromEntries(entries) } as Record<
    string,
    string
  >;
}

function navigation(pages: readonly SitePage[], current: string, top: string): string {
  const links = pages.map(({ folder, title }) => {
    const mark = folder === current ? ' aria-current="page"' : '';
    return `<li><a href="${top}/${folder}/"${mark}>${title}</a></li>`;
  });
  return links.join('\n');
}

interface Manifest {
  readonly name: string;
  readonly repository?: { readonly url: string };
}

/** Links to the reference, which `typedoc` builds beside the pages, to npm, and to the code where that has an address. */
function packageLinks(top: string): string {
  const { name, repository } = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
  const code = repository?.url.replace(/^git\+/, '').replace(/\.git$/, '');
  const links = [
    [`${top}/docs/`, 'Docs'],
    [`https://www.npmjs.com/package/${name}`, 'npm'],
    ...(code === undefined ? [] : [[code, 'Code']]),
  ];
  return links.map(([href, text]) => `<li><a href="${href}">${text}</a></li>`).join('\n');
}

function cards(pages: readonly SitePage[]): string {
  return pages
    .map(
      ({ folder, title, description }) =>
        `<li><a href="./${folder}/">${title}</a><p>${description}</p></li>`,
    )
    .join('\n');
}

/**
 * Takes each page's head and `<main>` and adds the shell's (shell.html): policy, styles, navigation,
 * progress bar. `<!-- pages -->` becomes a list of the pages.
 */
export function sitePlugin(root: string): Plugin {
  const shell = join(root, 'build', 'shell.html');
  return {
    name: 'site',
    transformIndexHtml: {
      order: 'pre',
      handler(html, { filename }) {
        const folder = relative(root, dirname(filename));
        const top = folder === '' ? '.' : '..';
        const pages = findPages(root);
        const filled = readFileSync(shell, 'utf8')
          .replaceAll('{{top}}', top)
          .replace('{{home}}', folder === '' ? ' aria-current="page"' : '')
          .replace('{{navigation}}', navigation(pages, folder, top))
          .replace('{{package}}', packageLinks(top));
        const [head, start, end] = filled.split(/^<!-- cut -->\n/m);
        return (
          html
            .replace(/<head>/, () => `<head>${head}`)
            .replace(/<title>(?!webgpu)([^<]+)/, '<title>$1 · webgpu-clustering')
            .replace(/<body>/, () => `<body>${start}`)
            // Pressed before its module runs, a button would do nothing: see startPage.
            .replace('<main ', '<main inert ')
            .replace('<!-- pages -->', () => cards(pages))
            .replace(/<\/body>/, () => `${end}</body>`)
        );
      },
    },
  };
}
