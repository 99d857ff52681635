// Compares what was counted with a table of costs, and says in words what rose or fell.

/** How often each thing is done or made, for each request or each event. What is not there is not done. */
export type Costs = Readonly<Record<string, number>>;

/**
 * Divides counts. What is Node's is rounded to whole numbers: Node refills caches now and then, and so does the test runner. For the
 * same reason, what is ours is rounded to tenths.
 * @param by how many requests or events were counted
 */
export function costsOf(counts: ReadonlyMap<string, number>, by: number): Costs {
  const costs = [...counts].map(([name, count]): [string, number] => {
    const digits = name.endsWith("Node's") ? 1 : 10;
    return [name, Math.round((count / by) * digits) / digits];
  });
  return Object.fromEntries(costs.filter(([, cost]) => cost !== 0));
}

/** The differences between what was counted and the sum of tables, as sentences. */
export function changes(counted: Costs, ...tables: readonly Costs[]): string[] {
  const names = new Set([counted, ...tables].flatMap(Object.keys));
  return [...names].flatMap((name) => {
    const is = counted[name] ?? 0;
    const was = tables.reduce((sum, table) => sum + (table[name] ?? 0), 0);
    if (is > was) return [`${name}: rose from ${was} to ${is}. Find what adds it`];
    return is < was
      ? [`${name}: fell from ${was} to ${is}. If nothing else rose instead, write the lower number into the table`]
      : [];
  });
}
