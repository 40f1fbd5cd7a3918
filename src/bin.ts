#!/usr/bin/env node
import { VERSION } from './cli/version.ts';

// The version is asked for by scripts that only want to know whether Plait is there: nothing else is loaded for it.
const [flag, ...more] = process.argv.slice(2);
if (more.length === 0 && (flag === '--version' || flag === '-V')) process.stdout.write(`${VERSION}\n`);
else void import('./main.ts').then(({ main }) => main()); // main never throws
