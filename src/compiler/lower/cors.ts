// Converts the CORS settings of a config to those of the blueprint.

import type { CorsSpec } from "../../plan/response-format.ts";
import type { CompleteConfig } from "../schema/defaults.ts";

/** `undefined` when CORS is off. */
export function lowerCors({ cors }: CompleteConfig): CorsSpec | undefined {
  if (!cors.enabled) return undefined;
  return {
    anyOrigin: cors.allow_origins.includes("*"),
    origins: [...cors.allow_origins],
    allowHeaders: [...cors.allow_headers],
    allowMethods: [...cors.allow_methods],
    exposeHeaders: [...cors.expose_headers],
    allowCredentials: cors.allow_credentials,
    maxAgeS: cors.max_age_s,
  };
}
