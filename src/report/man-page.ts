import type { CommandOutline, FlagOutline, ProgramOutline } from './program-outline.ts';

/** A row of the table of exit codes. */
export interface ExitRow {
  readonly code: number;
  readonly meaning: string;
}

/** The manual page in the language of man(7), section 1. The same program gives the same text. */
export function renderManPage(program: ProgramOutline, exits: readonly ExitRow[]): string {
  const { name, version, description, commands } = program;
  const lines = [
    `.TH ${name.toUpperCase()} 1 "" "${name} ${version}" "User Commands"`,
    '.SH NAME',
    `${name} \\- ${protect(description.replace(/\.$/, ''))}`,
    '.SH SYNOPSIS',
    `.B ${name}`,
    '.I command',
    '.RI [ options ]',
    '.SH DESCRIPTION',
    'A YAML file declares the wanted tags and the source of each platform.',
    `.B ${name} plan`,
    'compares it with the registries and prints what would change,',
    `.B ${name} apply`,
    'pushes only the indexes that differ.',
    '.SH COMMANDS',
    ...commands.flatMap(describeCommand),
    '.SH ENVIRONMENT',
    'Every flag has a variable',
    '.BR PLAIT_\\fIFLAG_NAME\\fP ,',
    'as PLAIT_COLOR for \\-\\-color; the flag comes first.',
    '.SH EXIT STATUS',
    ...exits.flatMap(({ code, meaning }) => ['.TP', `.B ${code}`, protect(meaning)]),
  ];
  return `.\\" Made from the program by npm run docs.\n${lines.join('\n')}\n`;
}

function describeCommand({ name, description, flags, words }: CommandOutline): readonly string[] {
  const given = words.map(({ placeholder }) => protect(placeholder)).join(' ');
  return [
    `.SS "plait ${name}${given === '' ? '' : ` ${given}`}"`,
    protect(capitalise(description)),
    ...words
      .filter((word) => word.description !== '')
      .flatMap((word) => ['.TP', `.I ${protect(word.placeholder)}`, protect(word.description)]),
    ...flags.flatMap(describeFlag),
  ];
}

function describeFlag({ long, short, placeholder, description, value }: FlagOutline): readonly string[] {
  const names = [...(short === undefined ? [] : [short]), long].map((each) => `\\fB${protect(each)}\\fP`).join(', ');
  const word = placeholder === undefined ? '' : ` \\fI${protect(placeholder)}\\fP`;
  const choices = value.choices.length === 0 || long === '--output' ? '' : ` (${value.choices.join(', ')})`;
  return ['.TP', `${names}${word}`, protect(`${description}${choices}`)];
}

function capitalise(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** Nothing in a text is a request, an escape or a dash of another kind. */
function protect(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/, '\\&')
    .replaceAll('"', '\\(dq');
}
