// Makes the blueprint immutable.

/** Freezes an object and everything it holds. A Map would stay mutable (fact F8), so a blueprint must hold none. */
export function freeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const child of Object.values(value)) freeze(child);
  return Object.freeze(value);
}
