// Checks which requests are never metered, by a table of paths as providers have them.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isNeverMetered } from "../../src/runtime/usage/never-metered.ts";

/** Each POST of this table is never metered. The path stands behind prefixes of routes. */
const NEVER: readonly [path: string, why: string][] = [
  ["/v1/messages/count_tokens", "Anthropic counts, and generates nothing"],
  ["/v1/responses/input_tokens", "OpenAI counts"],
  ["/v1beta/models/gemini-3-pro:countTokens", "Gemini counts"],
  ["/v1beta/models/gemini-3-pro%3AcountTokens", "the colon may be encoded"],
  ["/v1/projects/p/locations/l/publishers/google/models/gemini-3-pro:computeTokens", "Vertex counts"],
  ["/v1/projects/p/locations/l/publishers/anthropic/models/count-tokens:rawPredict", "Anthropic on Vertex counts"],
  ["/model/anthropic.claude-sonnet-5-v1:0/count-tokens", "Bedrock counts"],
  ["/tokenize", "vLLM, llama.cpp and Cohere split a text into tokens"],
  ["/v1/tokenize-text", "xAI does"],
  ["/detokenize", "the other way round"],
  ["/apply-template", "llama.cpp writes out a prompt"],
  ["/v1/moderations", "free"],
  ["/v1/responses/resp_68af4030/cancel", "answers with a response whose usage belongs to the request that made it"],
  ["/v1/chat/completions/chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG", "changes the metadata of a stored completion"],
  ["/v1/threads/thread_1/runs/run_1", "changes the metadata of a run, and repeats its usage"],
  ["/v1/threads/thread_1/runs/run_1/cancel", "repeats its usage"],
  ["/v1/batches", "nothing has run yet"],
  ["/v1/batches/batch_1/cancel", "repeats what was used so far"],
  ["/v1/messages/batches", "Anthropic's batches"],
  ["/v1/messages/batches/msgbatch_1/cancel", "Anthropic's batches"],
  ["/v1beta/models/gemini-3-pro:batchGenerateContent", "Gemini's batches"],
  ["/v1beta/models/gemini-embedding-001:asyncBatchEmbedContent", "Gemini's batches"],
  ["/v1beta/batches/b1:cancel", "Gemini's batches"],
  ["/v1/batch/jobs", "Mistral's batches"],
  ["/v1/batch/jobs/j1/cancel", "Mistral's batches"],
  ["/v1/files", "an upload"],
  ["/v1/files/", "a slash at the end changes nothing"],
  ["/upload/v1beta/files", "an upload to Gemini"],
  ["/v1/uploads", "an upload in parts"],
  ["/v1/uploads/upload_1/parts", "an upload in parts"],
  ["/v1/uploads/upload_1/complete", "an upload in parts"],
  ["/v1/uploads/upload_1/cancel", "an upload in parts"],
  ["/v1/vector_stores", "a store"],
  ["/v1/vector_stores/vs_1", "a store"],
  ["/v1/vector_stores/vs_1/files", "a store"],
  ["/v1/vector_stores/vs_1/files/file-1", "a store"],
  ["/v1/vector_stores/vs_1/file_batches", "a store"],
  ["/v1/vector_stores/vs_1/file_batches/vsfb_1/cancel", "a store"],
  ["/v1/vector_stores/vs_1/search", "a search is billed by the call"],
  ["/v1beta/cachedContents", "a cache of Gemini is billed by the hour"],
  ["/v1/fine_tuning/jobs", "training is billed by the job"],
  ["/v1/fine_tuning/jobs/ftjob-1/cancel", "training"],
  ["/v1/fine_tuning/jobs/ftjob-1/pause", "training"],
  ["/v1/fine_tuning/jobs/ftjob-1/resume", "training"],
  ["/v1/fine_tuning/jobs/j1/start", "training with Mistral"],
  ["/v1beta/tunedModels", "training with Gemini"],
  ["/v1/conversations/conv_1/items", "state"],
  ["/v1/assistants", "state"],
  ["/v1/assistants/asst_1", "state"],
  ["/v1/threads", "state"],
  ["/v1/threads/thread_1", "state"],
  ["/v1/threads/thread_1/messages", "state"],
  ["/v1/realtime/client_secrets", "a key for a browser"],
  ["/v1/realtime/sessions", "a key for a browser"],
  ["/v1/realtime/transcription_sessions", "a key for a browser"],
  ["/v1alpha/auth_tokens", "a key for a browser"],
  ["/api/show", "Ollama tells of a model"],
  ["/api/pull", "Ollama loads a model"],
  ["/api/push", "Ollama sends a model"],
  ["/api/create", "Ollama makes a model"],
  ["/api/copy", "Ollama copies a model"],
  ["/api/blobs/sha256:29fdb92e57cf", "Ollama takes a part of a model"],
];

/** Each POST of this table is metered. */
const METERED: readonly [path: string, why: string][] = [
  ["/v1/chat/completions", "generates"],
  ["/v1/chat/completions/", "generates, with a slash at the end"],
  ["/v1/completions", "generates"],
  ["/v1/responses", "generates"],
  ["/v1/responses/compact", "generates a summary"],
  ["/v1/embeddings", "is billed by the token"],
  ["/v1/images/generations", "generates"],
  ["/v1/images/edits", "generates"],
  ["/v1/audio/transcriptions", "generates"],
  ["/v1/audio/speech", "generates"],
  ["/v1/messages", "generates"],
  ["/v1beta/models/gemini-3-pro:generateContent", "generates"],
  ["/v1beta/models/gemini-3-pro:streamGenerateContent", "generates"],
  ["/v1beta/models/gemini-embedding-001:batchEmbedContents", "answers at once, in spite of its name"],
  ["/openai/deployments/gpt-5/chat/completions", "generates"],
  ["/model/anthropic.claude-sonnet-5-v1:0/invoke", "generates"],
  ["/model/amazon.nova-pro-v1:0/converse", "generates"],
  ["/v1/threads/runs", "generates"],
  ["/v1/threads/thread_1/runs", "generates"],
  ["/v1/threads/thread_1/runs/run_1/submit_tool_outputs", "goes on with generating"],
  ["/v1/conversations", "Mistral generates"],
  ["/v1/conversations/conv_1", "Mistral generates"],
  ["/v1/agents/completions", "Mistral generates"],
  ["/api/chat", "Ollama generates"],
  ["/api/generate", "Ollama generates"],
  ["/v2/chat", "Cohere generates"],
  ["/v1/rerank", "is billed"],
  ["/v1/MESSAGES/COUNT_TOKENS", "what is not known exactly is metered"],
  ["/v1/messages/count%5Ftokens", "what is not known exactly is metered"],
  ["/v1/chat/completions/x", "what is not known exactly is metered"],
  ["/v1/responses/cancel", "no id"],
  ["/v1/responses//cancel", "no id"],
  ["/", "nothing is known"],
  ["", "nothing is known"],
];

/** Prefixes that look like what is never metered. */
const PREFIXES: readonly string[] = [
  "",
  "/openai",
  "/files",
  "/batches",
  "/threads",
  "/messages/count_tokens",
  "/a/b/c",
];

describe("requests that are never metered", () => {
  it.each(NEVER)("POST %s: %s", (path) => {
    for (const prefix of PREFIXES) expect(isNeverMetered("POST", prefix + path)).toBe(true);
  });

  it.each(METERED)("meters POST %s: %s", (path) => {
    for (const prefix of PREFIXES)
      if (path.length > 1 || prefix === "") expect(isNeverMetered("POST", prefix + path)).toBe(false);
  });

  it.each(["GET", "HEAD", "DELETE", "PUT", "PATCH", "OPTIONS"])(
    "meters no %s: nothing is generated by it",
    (method) => {
      for (const [path] of METERED) expect(isNeverMetered(method, path)).toBe(true);
    },
  );

  it("takes any path", () => {
    const segment = fc.oneof(
      fc.constantFrom("", "responses", "cancel", "%3A", ":", "models", "x:countTokens", "files", "*"),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(segment), (segments) => {
        expect(typeof isNeverMetered("POST", `/${segments.join("/")}`)).toBe("boolean");
      }),
    );
  });
});
