/** The code of an error of the operating system, such as `ENOENT`; empty for any other error. */
export function findSystemCode(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}
