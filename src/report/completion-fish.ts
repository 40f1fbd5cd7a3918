import type { CommandOutline, FlagOutline, ProgramOutline, ValueOutline } from './program-outline.ts';

/** A script for fish: commands, flags with what they do, their values, and files. */
export function renderFishCompletion({ name, commands }: ProgramOutline): string {
  const start = `complete -c ${name}`;
  const lines = commands.flatMap((command) => [
    `${start} -n __fish_use_subcommand -f -a ${command.name} -d ${quote(command.description)}`,
    ...listLines(command, `${start} -n ${quote(`__fish_seen_subcommand_from ${command.name}`)}`),
  ]);
  return `# fish completion of ${name}. Load it with:  ${name} completion fish | source
${start} -f
${lines.join('\n')}
`;
}

function listLines({ flags, words }: CommandOutline, start: string): readonly string[] {
  const [first] = words;
  const rest = first === undefined ? [] : describeValue(first.value);
  return [
    ...flags.map((flag) => `${start} ${describeFlag(flag)} -d ${quote(flag.description)}`),
    ...(rest.length === 0 ? [] : [`${start} ${rest.join(' ')}`]),
  ];
}

function describeFlag({ long, short, placeholder, value }: FlagOutline): string {
  const names = [`-l ${long.slice(2)}`, ...(short === undefined ? [] : [`-s ${short.slice(1)}`])];
  // What may be left out is not asked for.
  const isRequired = placeholder?.startsWith('<') === true;
  return [...names, ...(isRequired ? ['-r', ...describeValue(value)] : [])].join(' ');
}

function describeValue({ choices, kind }: ValueOutline): readonly string[] {
  if (choices.length > 0) return ['-f', `-a ${quote(choices.join(' '))}`];
  if (kind === 'other') return [];
  return kind === 'file' ? ['-F'] : ['-f', "-a '(__fish_complete_directories)'"];
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
