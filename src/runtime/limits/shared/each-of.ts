// Makes many calls, some of them at one time.

const CALLS_AT_ONCE = 50;

/**
 * Makes a call for each item, whether others fail or not. An item is taken when its call is made, not before.
 * @throws the error of the first call that failed, as a rejection, when all have ended
 */
export async function eachOf<T>(items: Iterable<T>, call: (item: T) => Promise<unknown>): Promise<void> {
  const left = items[Symbol.iterator]();
  const errors: unknown[] = [];
  const inTurn = async (): Promise<void> => {
    for (let next = left.next(); !next.done; next = left.next()) {
      try {
        await call(next.value);
      } catch (err) {
        errors.push(err);
      }
    }
  };
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, inTurn));
  if (errors.length > 0) throw errors[0];
}
