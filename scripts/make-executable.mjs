// The compiler writes the program without the right to be run; npm gives it only when it links the package.
import { chmodSync } from 'node:fs';

chmodSync('dist/bin.js', 0o755);
