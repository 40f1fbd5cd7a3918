// How esbuild makes one file of the program, for npm and for executables alike.
export const settings = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20.19',
  // Reading it takes time at every start; names stay, for the stacks of bug reports.
  minifySyntax: true,
  minifyWhitespace: true,
  // To load a module when it is asked for, and without the loader of ES modules.
  supported: { 'dynamic-import': false },
  legalComments: 'none',
  logLevel: 'warning',
  logOverride: { 'import-is-undefined': 'error' },
};
