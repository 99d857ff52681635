// Says how long a WebSocket has to close when the gateway shuts down.

/** From the close frame to the end of the connection, ms (contract, section 15). */
export const GO_AWAY_MS = 1000;
