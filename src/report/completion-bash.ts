import type { CommandOutline, FlagOutline, ProgramOutline, ValueOutline } from './program-outline.ts';

/** A script for bash 3.2 and newer: commands, flags, their values, and files. */
export function renderBashCompletion({ name, commands }: ProgramOutline): string {
  const names = commands.map((command) => command.name).join(' ');
  return `# bash completion of ${name}. Load it with:  source <(${name} completion bash)
_${name}() {
  local cur prev cmd word i IFS=$' \\t\\n'
  COMPREPLY=()
  cur="\${COMP_WORDS[COMP_CWORD]}"
  prev="\${COMP_WORDS[COMP_CWORD-1]}"
  # bash takes --flag=value apart.
  if [[ $cur == = ]]; then
    cur=""
  elif [[ $prev == = ]]; then
    prev="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case " ${names} " in *" $word "*) cmd="$word"; break ;; esac
  done
  if [[ -z $cmd ]]; then
    COMPREPLY=($(compgen -W "${names} --help --version" -- "$cur"))
    return
  fi
  case "$cmd $prev" in
${commands.flatMap(listValueCases).join('\n')}
  esac
  case "$cmd" in
${commands.map(describeCommand).join('\n')}
  esac
}
_${name}_files() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen "$1" -- "$cur"))
}
complete -F _${name} ${name}
`;
}

function listValueCases({ name, flags }: CommandOutline): readonly string[] {
  return flags.flatMap((flag) => {
    // What may be left out is not asked for.
    if (flag.placeholder === undefined || flag.placeholder.startsWith('[')) return [];
    const pattern = listNames(flag).map((each) => `"${name} ${each}"`);
    return [`    ${pattern.join(' | ')}) ${completeValue(flag.value)}; return ;;`];
  });
}

function listNames({ short, long }: FlagOutline): readonly string[] {
  return short === undefined ? [long] : [short, long];
}

function completeValue({ choices, kind }: ValueOutline): string {
  if (choices.length > 0) return `COMPREPLY=($(compgen -W "${choices.join(' ')}" -- "$cur"))`;
  if (kind === 'other') return ':';
  return kind === 'file' ? '_plait_files -f' : '_plait_files -d';
}

function describeCommand({ name, flags, words }: CommandOutline): string {
  const all = [...flags.map(({ long }) => long), '--help'].join(' ');
  const [first] = words;
  const rest = first === undefined ? ':' : completeValue(first.value);
  return `    ${name})
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W "${all}" -- "$cur")); else ${rest}; fi ;;`;
}
