// Answers file uploads with the number of bytes received. Nothing is stored.

import { type Call, type FormEndpoint, json, text } from "../endpoint.ts";
import { refuse } from "../errors.ts";
import { countTokens } from "../speech.ts";
import { billOf } from "../usage/bill.ts";
import { transcriptionUsage } from "../usage/openai-usage.ts";

export const files: FormEndpoint = {
  method: "POST",
  path: "/v1/files",
  takes: "form",
  what: "OpenAI file upload: answers with the bytes received",
  answer(call, form) {
    const file = form.get("file");
    if (!(file instanceof File)) return missingFile(call);
    return json({
      id: `file-${call.id}`,
      object: "file",
      bytes: file.size,
      created_at: call.now,
      filename: file.name,
      purpose: form.get("purpose"),
      status: "processed",
    });
  },
};

/** As if every file were sound of 16 bits, 16,000 times a second. */
const BYTES_PER_SECOND = 32_000;
/** What OpenAI counts for a second of sound. */
const TOKENS_PER_SECOND = 10;

export const transcriptions: FormEndpoint = {
  method: "POST",
  path: "/v1/audio/transcriptions",
  takes: "form",
  what: "OpenAI audio transcription: answers with the bytes received",
  answer(call, form) {
    const file = form.get("file");
    if (!(file instanceof File)) return missingFile(call);
    const words = `The mock provider received ${file.size} bytes of ${file.name}.`;
    const seconds = Math.max(1, Math.ceil(file.size / BYTES_PER_SECOND));
    // whisper-1 is billed by the time, so no tokens are.
    const byTokens = String(form.get("model")).startsWith("gpt-");
    const { quirks } = call.settings;
    const bill = byTokens
      ? billOf({ ...call.settings, reasoningTokens: 0 }, seconds * TOKENS_PER_SECOND, countTokens(words))
      : undefined;
    if (form.get("response_format") === "text") return text(`${words}\n`, bill);
    if (quirks.has("none")) return json({ text: words }, bill);
    if (bill === undefined) return json({ text: words, usage: { type: "duration", seconds } });
    const { usage, tells } = transcriptionUsage(bill, quirks);
    return json({ text: words, usage }, bill, tells);
  },
};

function missingFile(call: Call) {
  return refuse(call, 400, "Missing required parameter: 'file'.");
}
