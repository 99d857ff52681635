// Says which requests are never metered, whatever their route: those that use no tokens, and those that repeat what was billed
// before (contract, section 13, "Forms").

/**
 * The ends of paths. A route's prefix stands before them, so no path is compared as a whole, and no name counts in the middle: a
 * route may have the prefix `/files`. `*` stands for one segment, or for the rest of one. An id that another call could stand in
 * for needs its known beginning: `/threads/v1/messages` is metered on a route with the prefix `/threads`. What is like none of these
 * is metered.
 */
const TAILS: readonly string[] = [
  // Counting. `count-tokens` is Bedrock's, and with its verb Vertex's.
  "messages/count_tokens",
  "responses/input_tokens",
  "count-tokens",
  "count-tokens:rawPredict",
  "tokenize",
  "detokenize",
  "tokenize-text",
  "apply-template",
  // Free.
  "moderations",
  // Answers with a response that was billed when it was made.
  "responses/*/cancel",
  "chat/completions/chatcmpl-*",
  "threads/*/runs/run_*",
  "threads/*/runs/*/cancel",
  // Batches are billed when they run, which may be a day later, and each poll repeats their usage.
  "batches",
  "batches/*/cancel",
  "batch/jobs",
  "batch/jobs/*/cancel",
  // Files, and what is made of them. These report no tokens.
  "files",
  "uploads",
  "uploads/*/parts",
  "uploads/*/complete",
  "uploads/*/cancel",
  "vector_stores",
  "vector_stores/vs_*",
  "vector_stores/*/search",
  "vector_stores/*/files/file-*",
  "vector_stores/*/file_batches",
  "vector_stores/*/file_batches/*/cancel",
  "cachedContents",
  "fine_tuning/jobs",
  "fine_tuning/jobs/*/cancel",
  "fine_tuning/jobs/*/pause",
  "fine_tuning/jobs/*/resume",
  "fine_tuning/jobs/*/start",
  "tunedModels",
  // State without an answer of a model. `conversations` is not among these: with Mistral it makes one.
  "conversations/*/items",
  "assistants",
  "assistants/asst_*",
  "threads",
  "threads/thread_*",
  "threads/thread_*/messages",
  // Keys that live for minutes.
  "realtime/client_secrets",
  "realtime/sessions",
  "realtime/transcription_sessions",
  "auth_tokens",
  // The store of models of Ollama.
  "api/show",
  "api/pull",
  "api/push",
  "api/create",
  "api/copy",
  "api/blobs/sha256:*",
];

/** Verbs of Gemini and Vertex, behind a colon. */
const VERBS: readonly string[] = [
  "countTokens",
  "computeTokens",
  "batchGenerateContent",
  "asyncBatchEmbedContent",
  "cancel",
];

/** A tail as its segments, the last first. */
type Tail = readonly string[];

const reversed: readonly Tail[] = TAILS.map((tail) => tail.split("/").reverse());
/** By their last segment. */
const fixed: ReadonlyMap<string, readonly Tail[]> = new Map(
  reversed.map((tail) => [lastOf(tail), reversed.filter((other) => lastOf(other) === lastOf(tail))]),
);
const withId: readonly Tail[] = reversed.filter((tail) => lastOf(tail).endsWith("*"));

function lastOf(tail: Tail): string {
  return tail[0] ?? "";
}

/**
 * Whether a request is never metered: it has no usage record, reserves nothing and is charged nothing.
 * @param path of the client's request, raw, without its query
 */
export function isNeverMetered(method: string, path: string): boolean {
  // Reads of stored responses and polls of batches repeat a usage. Nothing is generated but by a POST.
  if (method !== "POST") return true;
  // A slash at the end changes nothing for many servers.
  const whole = withoutLastSlashes(path);
  const last = whole.slice(whole.lastIndexOf("/") + 1);
  if (VERBS.includes(verbOf(last))) return true;
  const tails = fixed.get(last) ?? withId.filter((tail) => isLike(lastOf(tail), last));
  if (tails.length === 0) return false;
  const segments = whole.split("/").reverse();
  return tails.some((tail) => tail.every((wanted, i) => isLike(wanted, segments[i])));
}

/** A loop: a regular expression would take time with the square of a path that is full of slashes. */
function withoutLastSlashes(path: string): string {
  let end = path.length;
  while (end > 0 && path[end - 1] === "/") end--;
  return end === path.length ? path : path.slice(0, end);
}

function verbOf(segment: string): string {
  const colon = segment.lastIndexOf(":");
  if (colon > 0) return segment.slice(colon + 1);
  // Some clients encode the colon.
  return segment.includes("%") ? (/^.+%3A(\w+)$/i.exec(segment)?.[1] ?? "") : "";
}

function isLike(wanted: string, segment: string | undefined): boolean {
  if (segment === undefined || segment === "") return false;
  return wanted.endsWith("*") ? segment.startsWith(wanted.slice(0, -1)) : segment === wanted;
}
