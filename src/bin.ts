#!/usr/bin/env node
import { setMaxListeners } from 'node:events';
import { createContext } from './cli/context.ts';
import { Interruption } from './cli/interruption.ts';
import { runProgram } from './cli/program.ts';

const controller = new AbortController();
// Every request in flight listens for the end, and there may be hundreds.
setMaxListeners(0, controller.signal);
// Once: a second signal ends the process the hard way.
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort(new Interruption(name)));
// A reader that went away (plait plan | head) is not an error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await runProgram(createContext(controller.signal), process.argv.slice(2));
