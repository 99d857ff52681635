// Answers file uploads with the number of bytes received. Nothing is stored.

import { type Call, type FormEndpoint, json, text } from "../endpoint.ts";
import { refuse } from "../errors.ts";

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

export const transcriptions: FormEndpoint = {
  method: "POST",
  path: "/v1/audio/transcriptions",
  takes: "form",
  what: "OpenAI audio transcription: answers with the bytes received",
  answer(call, form) {
    const file = form.get("file");
    if (!(file instanceof File)) return missingFile(call);
    const words = `The mock provider received ${file.size} bytes of ${file.name}.`;
    return form.get("response_format") === "text" ? text(`${words}\n`) : json({ text: words });
  },
};

function missingFile(call: Call) {
  return refuse(call, 400, "Missing required parameter: 'file'.");
}
