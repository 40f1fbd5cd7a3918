import type { CommandOutline, FlagOutline, ProgramOutline, ValueOutline, WordOutline } from './program-outline.ts';

/** A script for zsh: commands, flags with what they do, their values, and files. */
export function renderZshCompletion({ name, commands }: ProgramOutline): string {
  return `#compdef ${name}
# zsh completion of ${name}. Load it with:  source <(${name} completion zsh)
_${name}() {
  local curcontext="$curcontext" state line
  local -a commands
  commands=(
${commands.map((command) => `    ${quote(`${command.name}:${command.description}`)}`).join('\n')}
  )
  _arguments -C '(- *)--help[help]' '(- *)--version[the version]' '1: :->command' '*:: :->rest'
  case $state in
    command) _describe -t commands command commands ;;
    rest)
      case $words[1] in
${commands.map(describeCommand).join('\n')}
      esac ;;
  esac
}
if [ "$funcstack[1]" = _${name} ]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

function describeCommand({ name, flags, words }: CommandOutline): string {
  const specs = [...flags.flatMap(describeFlag), ...words.map(describeWord)].map(
    (spec) => ` \\\n          ${quote(spec)}`,
  );
  return `        ${name}) _arguments '--help[help]'${specs.join('')} ;;`;
}

function describeFlag({ short, long, description, placeholder, value, isRepeatable }: FlagOutline): readonly string[] {
  const label = `[${protect(description).replaceAll(/[[\]]/g, '\\$&')}]`;
  const isOptional = placeholder?.startsWith('[') === true;
  const action =
    placeholder === undefined ? '' : `${isOptional ? '::' : ':'}${protect(placeholder)}:${complete(value)}`;
  const equals = placeholder === undefined ? '' : isOptional ? '=-' : '=';
  const names = [
    `${long}${equals}`,
    ...(short === undefined ? [] : [`${short}${placeholder === undefined ? '' : '+'}`]),
  ];
  return names.map((each) => `${isRepeatable ? '*' : ''}${each}${label}${action}`);
}

function describeWord({ placeholder, value }: WordOutline): string {
  const count = placeholder.includes('...') ? '*' : '';
  return `${count}:${protect(placeholder)}:${complete(value)}`;
}

function complete({ choices, kind }: ValueOutline): string {
  if (choices.length > 0) return `(${choices.join(' ')})`;
  if (kind === 'other') return ' ';
  return kind === 'file' ? '_files' : '_files -/';
}

function protect(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll(':', '\\:');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
