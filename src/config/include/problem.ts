/** Why a file or folder cannot be read, as the end of a sentence that begins with its path. */
export class IncludeProblem extends Error {}
