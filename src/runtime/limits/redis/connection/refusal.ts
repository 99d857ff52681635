// Tells apart that Redis can't be reached and that it has refused a connection.

/** Redis was reached, and has refused: the password, the database, or scripts. Its message is a cause in plain words. */
export class Refusal extends Error {}
