// Which pages of other origins may use the gateway? The step that answers preflights, the same on every route.

import type { CorsSpec } from "../../plan/response-format.ts";
import type { CompleteConfig } from "../schema/defaults.ts";
import type { Lowerer } from "./lowerer.ts";

export const lowerCors: Lowerer<"cors"> = (config) => {
  const spec = corsSpec(config);
  return () => spec;
};

/** `undefined` when CORS is off. */
export function corsSpec({ cors }: CompleteConfig): CorsSpec | undefined {
  if (!cors.enabled) return undefined;
  return {
    anyOrigin: cors.allow_origins.includes("*"),
    origins: [...cors.allow_origins],
    allowHeaders: [...cors.allow_headers],
    allowMethods: [...cors.allow_methods],
    exposeHeaders: [...cors.expose_headers],
  };
}
