// Prints "N passed, N failed" from vitest's JSON report, after the names of what failed. Exit code 1 unless all is well.
import { existsSync, readFileSync } from 'node:fs';

const [file] = process.argv.slice(2);
const files = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).testResults : [];
const tests = files.flatMap(({ assertionResults }) => assertionResults);
const count = (...states) => tests.filter(({ status }) => states.includes(status)).length;

// A file that cannot be loaded has no tests, and must count all the same.
const broken = files.filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0);
for (const { name, message } of broken) console.log(`not run: ${name}: ${message.split('\n')[0]}`);
for (const { status, fullName } of tests) if (status === 'failed') console.log(`failed: ${fullName}`);

const passed = count('passed');
const failed = count('failed') + broken.length;
const skipped = count('skipped', 'pending', 'todo', 'disabled');
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = passed > 0 && failed === 0 ? 0 : 1;
