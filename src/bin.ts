#!/usr/bin/env node
import { createContext } from './cli/context.ts';
import { Interruption } from './cli/interruption.ts';
import { runProgram } from './cli/program.ts';

const controller = new AbortController();
// Once: a second signal ends the process the hard way.
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort(new Interruption(name)));
// A reader that went away (plait plan | head) is not an error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await runProgram(createContext(controller.signal), process.argv.slice(2));
