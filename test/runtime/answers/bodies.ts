// Error bodies as providers send them. Each says where it was seen; texts that don't matter are shortened.

/** ChatGPTNextWeb/NextChat, issue 3664. */
export const OPENAI_QUOTA =
  '{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}';

/** waylaidwanderer/node-chatgpt-api, issue 167: the type alone. */
export const OPENAI_QUOTA_2023 =
  '{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":null}}';

/** help.openai.com, article 6614457: the code is exact, the type may be `insufficient_quota` or another. */
export const openAiSpent = (code: string, type = "billing_error"): string =>
  JSON.stringify({ error: { message: "Access is paused.", type, param: null, code } });

/** dfinke/PowerShellAI, issue 127. It comes with status 400. */
export const OPENAI_HARD_LIMIT =
  '{"error":{"code":"billing_hard_limit_reached","message":"Billing hard limit has been reached","param":null,"type":"invalid_request_error"}}';

/** BerriAI/litellm, issue 2743. */
export const OPENAI_NOT_ACTIVE =
  '{"error":{"message":"Your account is not active, please check your billing details on our website.","type":"billing_not_active","param":null,"code":"billing_not_active"}}';

/** vanderschaarlab/climb, issue 1. */
export const OPENAI_RATE_LIMIT =
  '{"error":{"message":"Request too large for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Requested 30601.","type":"tokens","param":null,"code":"rate_limit_exceeded"}}';

/** openinterpreter/openinterpreter, issue 408. */
export const GROQ_RATE_LIMIT =
  '{"error":{"message":"Rate limit reached for model `llama-3.3-70b-versatile` in organization `org_x` on tokens per minute (TPM): Limit 6000, Used 3513, Requested 3166. Please try again in 6.780999999s.","type":"tokens","code":"rate_limit_exceeded"}}';

/** jasonacox/TinyLLM, issue 17. */
export const AZURE_RATE_LIMIT =
  '{"error":{"code":"429","message":"Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2023-05-15 have exceeded token rate limit of your current AIServices S0 pricing tier. Please retry after 86400 seconds."}}';

/** Moonshot's documentation of errors. */
export const MOONSHOT_QUOTA =
  '{"error":{"message":"Your account is suspended due to insufficient balance, please recharge your account or check your plan and billing details","type":"exceeded_current_quota_error"}}';

/** openrouter.ai/docs/api/errors. */
export const OPENROUTER_RATE_LIMIT =
  '{"error":{"message":"Provider returned error","code":429,"metadata":{"raw":"slow"}}}';

/** platform.claude.com/docs/en/api/errors. */
export const ANTHROPIC_RATE_LIMIT =
  '{"type":"error","error":{"type":"rate_limit_error","message":"Your account has hit a rate limit."},"request_id":"req_018EeWyXxfu5pfWkrYcMdjWG"}';

/** platform.claude.com/docs/en/api/rate-limits: the end of a month's allowance. It comes without `retry-after`. */
export const ANTHROPIC_SPENT =
  '{"type":"error","error":{"type":"rate_limit_error","message":"You have reached your API usage limits: your organization has crossed its monthly API usage threshold.","details":{"error_code":"enforced_spend_limit_reached"}},"request_id":"req_018EeWyXxfu5pfWkrYcMdjWG"}';

/** anthropics/anthropic-sdk-typescript, issue 346. */
export const ANTHROPIC_OVERLOADED =
  '{"type":"error","error":{"details":null,"type":"overloaded_error","message":"Overloaded"}}';

/** coder/aibridge, issue 56. */
export const ANTHROPIC_TOO_LONG =
  '{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 205351 tokens > 200000 maximum"},"request_id":"req_011CV5J4YZo4J3KLTDZgDN7S"}';

const QUOTA_FAILURE = "type.googleapis.com/google.rpc.QuotaFailure";
const METRIC = "generativelanguage.googleapis.com/generate_content_free_tier_requests";

function gemini(details: readonly object[]): string {
  return JSON.stringify({
    error: {
      code: 429,
      message: "You exceeded your current quota, please check your plan and billing details.",
      status: "RESOURCE_EXHAUSTED",
      details,
    },
  });
}

export function retryInfo(retryDelay: unknown): object {
  return { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay };
}

export const geminiWait = (retryDelay: unknown): string => gemini([retryInfo(retryDelay)]);

/** diegosouzapw/OmniRoute, issue 9504. */
export const GEMINI_PER_MINUTE = gemini([
  {
    "@type": QUOTA_FAILURE,
    violations: [
      {
        quotaMetric: METRIC,
        quotaId: "GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
        quotaDimensions: { location: "global", model: "gemini-3.5-flash-lite" },
        quotaValue: "15",
      },
    ],
  },
  { "@type": "type.googleapis.com/google.rpc.Help", links: [{ description: "Learn more about Gemini API quotas" }] },
  retryInfo("38s"),
]);

/** google-gemini/gemini-cli, issue 8437: a quota of a day among others, and a wait that is of no use. */
export const GEMINI_PER_DAY = gemini([
  {
    "@type": QUOTA_FAILURE,
    violations: [
      { quotaMetric: METRIC, quotaId: "GenerateContentInputTokensPerModelPerMinute-FreeTier" },
      { quotaMetric: METRIC, quotaId: "GenerateRequestsPerMinutePerProjectPerModel-FreeTier" },
      { quotaMetric: METRIC, quotaId: "GenerateRequestsPerDayPerProjectPerModel-FreeTier" },
    ],
  },
  { "@type": "type.googleapis.com/google.rpc.Help", links: [] },
  retryInfo("19.074824224s"),
]);

/** googleapis/python-genai, issue 2065. */
export const VERTEX_BUSY =
  '{"error":{"code":429,"message":"Resource has been exhausted (e.g. check quota).","status":"RESOURCE_EXHAUSTED"}}';
