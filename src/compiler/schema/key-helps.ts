// Makes tables that say, for a key or a value of another program, what does the same here.

export type Helps = Readonly<Record<string, string>>;

/** The same help for several keys. */
export function all(help: string, ...keys: string[]): Helps {
  return Object.fromEntries(keys.map((key) => [key, help]));
}
