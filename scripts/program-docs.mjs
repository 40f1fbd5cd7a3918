// Writes what is made of the program itself: the manual page and the page of error codes. With --check it writes nothing
// and fails when a file says something else.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadModule, ROOT } from './load-module.mjs';

const { makeErrorCodesPage, makeManPage } = await loadModule('cli/generated-pages.ts');
const PAGES = { 'docs/error-codes.md': makeErrorCodesPage(), 'man/plait.1': makeManPage() };

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

const stale = Object.entries(PAGES).filter(([path, text]) => read(join(ROOT, path)) !== text);
if (process.argv.includes('--check') && stale.length > 0) {
  console.error(`not what the program says: ${stale.map(([path]) => path).join(', ')}; run  npm run docs`);
  process.exitCode = 1;
} else {
  for (const [path, text] of stale) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), text);
    console.log(`written: ${path}`);
  }
}
