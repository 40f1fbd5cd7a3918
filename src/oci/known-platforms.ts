const OPERATING_SYSTEMS: ReadonlySet<string> = new Set(
  'aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris windows zos'.split(
    ' ',
  ),
);

const ARCHITECTURES: ReadonlySet<string> = new Set(
  (
    '386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le ppc ppc64 ' +
    'ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm'
  ).split(' '),
);

/** True for the operating systems of containerd/platforms `database.go`; another one is worth a warning, no more. */
export function isKnownOs(os: string): boolean {
  return OPERATING_SYSTEMS.has(os);
}

/** True for the architectures of containerd/platforms `database.go`, folded; another one is worth a warning, no more. */
export function isKnownArchitecture(architecture: string): boolean {
  return ARCHITECTURES.has(architecture);
}
