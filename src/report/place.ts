/** A line of a config file, 1-based, that a report can point at. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * The place that `manifests.yaml:88:5` names; undefined for anything else, and for standard input, which is no file that
 * anyone could open. `folder` is put in front of relative names.
 */
export function parsePlace(origin: string, folder = ''): Place | undefined {
  const [, name = '', line, column] = /^(.+):(\d{1,9}):(\d{1,9})$/s.exec(origin) ?? [];
  if (name === '' || name === '-') return undefined;
  const isAbsolute = name.startsWith('/') || /^[A-Za-z]:[\\/]/.test(name);
  return { file: isAbsolute ? name : `${folder}${name}`, line: Number(line), column: Number(column) };
}
