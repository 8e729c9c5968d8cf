// What a rule for a room says.

export interface Room {
  readonly folder: string;
  readonly purpose: string;
  /** Folders, or single files, from the root of the project. */
  readonly imports: readonly string[] | 'anything';
  /** The same, for imports of types only. */
  readonly types?: readonly string[];
  /** Names of packages; `node` is all that Node brings along. */
  readonly packages?: readonly string[];
}
