// Adds bytes to a list of chunks that is kept in memory. A chunk costs some 400 bytes besides its own. A client that sends each byte
// in a packet of its own would make 1 MiB of body cost 400 MiB, so small chunks are joined.

const JOINED_BYTES = 4096;

/** Adds a chunk at the end of a list. It is joined with the last one where both are small. No chunk is changed in place. */
export function appendChunk(chunks: Buffer[], chunk: Buffer): void {
  const end = chunks.length - 1;
  const last = chunks[end];
  if (last === undefined || last.length + chunk.length > JOINED_BYTES) chunks.push(chunk);
  else chunks[end] = Buffer.concat([last, chunk]);
}
