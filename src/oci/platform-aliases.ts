/** Other names of operating systems (containerd/platforms `database.go`, as all tables here). */
export const OS_ALIASES: ReadonlyMap<string, string> = new Map([['macos', 'darwin']]);

/** Other names of architectures; `variant` is given where the name itself decides it. */
export const ARCHITECTURE_ALIASES: ReadonlyMap<string, { readonly name: string; readonly variant?: string }> = new Map([
  ['x86_64', { name: 'amd64' }],
  ['x86-64', { name: 'amd64' }],
  ['aarch64', { name: 'arm64' }],
  ['i386', { name: '386', variant: '' }],
  ['armhf', { name: 'arm', variant: 'v7' }],
  ['armel', { name: 'arm', variant: 'v6' }],
]);

/** `architecture/variant` as written to the folded variant; the empty text is no variant. */
export const VARIANT_ALIASES: ReadonlyMap<string, string> = new Map([
  ['amd64/v1', ''],
  ['arm64/8', ''],
  ['arm64/v8', ''],
  ['arm64/v8.0', ''],
  ['arm64/9', 'v9'],
  ['arm64/9.0', 'v9'],
  ['arm64/v9.0', 'v9'],
  ['arm/', 'v7'],
  ['arm/5', 'v5'],
  ['arm/6', 'v6'],
  ['arm/7', 'v7'],
  ['arm/8', 'v8'],
]);
