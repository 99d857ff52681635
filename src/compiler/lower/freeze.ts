// Makes the blueprint immutable.

/** Freezes an object and everything in it. A Map would stay mutable (fact F8), so a blueprint must not contain one. */
export function freeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const child of Object.values(value)) freeze(child);
  return Object.freeze(value);
}
