// Circles in a graph of files.

/** Walks the graph depth first; each edge back to a file on the way there closes a circle. */
export function findCircles(
  targets: ReadonlyMap<string, readonly string[]>,
): readonly (readonly string[])[] {
  const circles: string[][] = [];
  const finished = new Set<string>();
  const way: string[] = [];
  const visit = (file: string): void => {
    if (finished.has(file)) return;
    const start = way.indexOf(file);
    if (start >= 0) {
      circles.push([...way.slice(start), file]);
      return;
    }
    way.push(file);
    for (const target of targets.get(file) ?? []) visit(target);
    way.pop();
    finished.add(file);
  };
  for (const file of targets.keys()) visit(file);
  return circles;
}
