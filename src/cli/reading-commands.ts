import { Argument, type Command } from 'commander';
import {
  addCacheOptions,
  addConnectionOptions,
  addDisplayOptions,
  addInputOptions,
  addViewOptions,
  repeatable,
} from './options.ts';

/** `plait import` with its flags. */
export function describeImport(command: Command): void {
  command
    .description('write a config for what exists: tags of registries, a spec of manifest-tool, or a shell script')
    .argument('[reference...]', 'repositories, or repository:tag')
    .addOption(repeatable('--tags <glob>', 'only tags that match'))
    .addOption(repeatable('--sources <repository>', 'where the images of single platforms may have tags'))
    .option('--pin', 'name every source by digest')
    .option('--no-pin', 'name sources by tag wherever there is one')
    .option('--all', 'also tags of a single image, and tags that others are made of')
    .option('--manifest-tool <spec>', 'import a YAML spec of manifest-tool, - for standard input')
    .option('--script <file>', 'import docker manifest and imagetools lines of a shell script, - for standard input')
    .option('--online', 'ask registries for the platforms of the sources of a spec or script')
    .option('-o, --out <file>', 'write there instead of to standard output')
    .option('--overwrite', 'replace the file of --out');
  addConnectionOptions(addInputOptions(command));
  addCacheOptions(command);
  addViewOptions(command);
}

/** `plait diff` with its flags. */
export function describeDiff(command: Command): void {
  command
    .description('two references, or two saved plans, platform by platform')
    .argument('<before>', 'a reference, or a plan saved with plait plan -o')
    .argument('<after>', 'of the same kind')
    .option('--show-unchanged', 'list also what is the same')
    .option('--detailed-exitcode', 'exit 2 when there is a difference');
  addDisplayOptions(addConnectionOptions(addInputOptions(command)), ['text', 'json']);
}

/** `plait completion`. */
export function describeCompletion(command: Command): void {
  command
    .description('print a script that completes command lines in a shell')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']));
}

/** `plait help`. */
export function describeHelp(command: Command): void {
  command
    .description('the help of a command, or the page of an error code')
    .argument('[topic]', 'a command, or a code such as SOURCE_MISSING');
}
