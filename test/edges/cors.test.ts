// Checks CORS on real sockets: preflights, ordinary responses, error replies, and an upstream with CORS headers of its own.

import { describe, expect, it, test } from "vitest";
import { allowedOrigin } from "../../src/runtime/replies/origins.ts";
import { AUTH, type ConfigParts } from "../support/config.ts";
import { exchange, type RawResponse, requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();
const APP = "https://app.example";
const TRIPLE = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";

const cors = (lines: string, rest: readonly string[] = []): Pick<ConfigParts, "top"> => ({
  top: [`cors: {enabled: true, ${lines}}`, ...rest],
});
const LISTED = cors(
  `allow_origins: ["${APP}", "lan.example:8443", "bare.example", "http://plain.example:80"], allow_headers: [X-Team], allow_methods: [GET], expose_headers: [x-request-id, retry-after]`,
);

/** All CORS headers of a response, and its `vary`. */
function corsOf(response: RawResponse): Record<string, string> {
  const found: Record<string, string> = {};
  for (let i = 0; i + 1 < response.rawHeaders.length; i += 2) {
    const name = String(response.rawHeaders[i]).toLowerCase();
    if (!name.startsWith("access-control-") && name !== "vary") continue;
    expect(found).not.toHaveProperty([name]);
    found[name] = String(response.rawHeaders[i + 1]);
  }
  return found;
}

const ALLOWED = {
  "access-control-allow-origin": APP,
  "access-control-expose-headers": "x-request-id, retry-after",
  vary: "Origin",
};

async function send(parts: Pick<ConfigParts, "top">, method: string, path: string, lines: readonly string[]) {
  const upstream = await scene.upstream((req, res) => {
    req.resume();
    res.setHeader("Access-Control-Allow-Origin", "https://upstream.example");
    res.setHeader("access-control-allow-credentials", "true");
    res.setHeader("ACCESS-CONTROL-EXPOSE-HEADERS", "x-secret");
    res.setHeader("x-kept", "yes");
    const vary = new URL(req.url ?? "", "http://x").searchParams.getAll("vary");
    if (vary.length > 0) res.setHeader("Vary", vary);
    res.end("ok");
  });
  const gateway = await scene.gateway({ base: upstream.url, ...parts });
  const response = await exchange(gateway.port, requestText(method, path, lines), method);
  return { response, gateway, upstream };
}

describe("a preflight", () => {
  const asks = (origin: string, method = "POST", headers?: string): string[] => [
    `Origin: ${origin}`,
    `Access-Control-Request-Method: ${method}`,
    ...(headers === undefined ? [] : [`Access-Control-Request-Headers: ${headers}`]),
  ];

  it("of a listed origin is answered before auth, with the configured and the requested values", async () => {
    const { response, gateway, upstream } = await send(
      LISTED,
      "OPTIONS",
      "/up/x",
      asks(APP, "PUT", "x-team, X-Own,bad name"),
    );
    expect(response.status).toBe(204);
    expect(response.text).toBe("");
    expect(response.header("content-length")).toBeUndefined();
    expect(corsOf(response)).toEqual({
      "access-control-allow-origin": APP,
      "access-control-allow-methods": "GET, PUT",
      "access-control-allow-headers": "X-Team, X-Own",
      vary: TRIPLE,
    });
    expect(response.header("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(await gateway.completed()).toMatchObject({
      outcome: "preflight",
      status: 204,
      level: "info",
      route_id: "up",
    });
    expect(upstream.requests).toEqual([]);
  });

  it("of an unlisted origin is refused", async () => {
    const { response, gateway } = await send(LISTED, "OPTIONS", "/up/x", asks("https://evil.example"));
    expect([response.status, response.text]).toEqual([403, '{"error":"cors_origin_not_allowed"}']);
    expect(corsOf(response)).toEqual({ vary: "Origin" });
    expect(await gateway.completed()).toMatchObject({ outcome: "cors_origin_not_allowed", status: 403 });
  });

  it("with any origin allowed is answered with `*`", async () => {
    const { response } = await send(cors('allow_origins: ["*"]'), "OPTIONS", "/up/x", asks("null", "DELETE"));
    expect(response.status).toBe(204);
    expect(corsOf(response)).toEqual({
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "DELETE",
      vary: TRIPLE,
    });
  });

  it("says how long it holds, and that pages may send credentials, where that is configured", async () => {
    const setting = cors(`allow_origins: ["${APP}"], allow_credentials: true, max_age_s: 600`);
    const { response } = await send(setting, "OPTIONS", "/up/x", asks(APP));
    expect(corsOf(response)).toEqual({
      "access-control-allow-origin": APP,
      "access-control-allow-methods": "POST",
      "access-control-allow-credentials": "true",
      "access-control-max-age": "600",
      vary: TRIPLE,
    });
    const { response: refused } = await send(setting, "OPTIONS", "/up/x", asks("https://evil.example"));
    expect([refused.status, corsOf(refused)]).toEqual([403, { vary: "Origin" }]);
  });

  it("for a path without a route gets a 404", async () => {
    const { response } = await send(LISTED, "OPTIONS", "/nowhere", asks(APP));
    expect([response.status, corsOf(response)]).toEqual([404, ALLOWED]);
  });

  it.each([
    ["without a method", ["Origin: https://app.example"]],
    ["without an origin", ["Access-Control-Request-Method: GET"]],
    ["with two origins", ["Origin: https://app.example", ...asks(APP)]],
  ])("%s is an ordinary request: it needs a token", async (_what, lines) => {
    expect((await send(LISTED, "OPTIONS", "/up/x", lines)).response.status).toBe(401);
  });

  it("without a requested method is forwarded when it has a token", async () => {
    const { response, upstream } = await send(LISTED, "OPTIONS", "/up/x", [AUTH, `Origin: ${APP}`]);
    expect(response.text).toBe("ok");
    expect(upstream.requests.map(({ method }) => method)).toEqual(["OPTIONS"]);
  });

  it("is an ordinary request when CORS is off", async () => {
    const { response } = await send({}, "OPTIONS", "/up/x", asks(APP));
    expect([response.status, corsOf(response)]).toEqual([401, {}]);
  });
});

describe("the origin", () => {
  const listed = [
    [APP, true],
    ["https://APP.example", true],
    ["https://app.example:443", true],
    ["http://app.example", false],
    ["https://app.example:8443", false],
    ["https://sub.app.example", false],
    ["https://app.example.evil", false],
    ["http://lan.example:8443", true],
    ["https://lan.example:8443", true],
    ["https://lan.example", false],
    ["https://bare.example", true],
    ["http://bare.example", true],
    ["https://bare.example:444", false],
    ["http://plain.example", true],
    ["null", false],
    ["bare.example", false],
    ["", false],
  ] as const;

  it.each(listed)("%s is listed: %s", async (origin, allowed) => {
    const { response } = await send(LISTED, "GET", "/up/x", [AUTH, `Origin: ${origin}`]);
    const expected = allowed ? { ...ALLOWED, "access-control-allow-origin": origin } : { vary: "Origin" };
    expect(corsOf(response)).toEqual(expected);
    expect(response.header("x-kept")).toBe("yes");
  });
});

test("`*` is never the answer where credentials are allowed", () => {
  const spec = { anyOrigin: true, origins: ["*", APP], allowHeaders: [], allowMethods: [], exposeHeaders: [] };
  const allowed = allowedOrigin({ ...spec, allowCredentials: true, maxAgeS: undefined });
  expect(["https://evil.example", "null", "*", APP].map((origin) => allowed(["origin", origin]))).toEqual([
    undefined,
    undefined,
    undefined,
    APP,
  ]);
});

describe("a response", () => {
  it("to a request without an origin has only vary", async () => {
    expect(corsOf((await send(LISTED, "GET", "/up/x", [AUTH])).response)).toEqual({ vary: "Origin" });
  });

  it("has `*` and no vary when every origin is allowed", async () => {
    const { response } = await send(cors('allow_origins: ["*"], expose_headers: [x-a]'), "GET", "/up/x", [AUTH]);
    expect(corsOf(response)).toEqual({ "access-control-allow-origin": "*", "access-control-expose-headers": "x-a" });
  });

  it.each([
    ["vary=Accept-Encoding", "Accept-Encoding, Origin"],
    ["vary=accept,%20ORIGIN", "accept, ORIGIN"],
    ["vary=Accept&vary=Accept-Language", "Accept, Accept-Language, Origin"],
    ["vary=*", "*"],
    ["vary=x-origin", "x-origin, Origin"],
  ])("with the upstream's own %s varies by both", async (query, vary) => {
    const { response } = await send(LISTED, "GET", `/up/x?${query}`, [AUTH, `Origin: ${APP}`]);
    expect(corsOf(response)).toEqual({ ...ALLOWED, vary });
  });

  it.each([
    ["of the upstream", "/up/x", 200],
    ["of the gateway's own", "/nowhere", 404],
    ["of a built-in endpoint", "/healthz", 200],
  ])("%s allows credentials to listed origins only, and holds for no time", async (_what, path, status) => {
    const setting = cors(`allow_origins: ["${APP}"], allow_credentials: true, max_age_s: 600`);
    const { response } = await send(setting, "GET", path, [AUTH, `Origin: ${APP}`]);
    expect([response.status, corsOf(response)]).toEqual([
      status,
      { "access-control-allow-origin": APP, "access-control-allow-credentials": "true", vary: "Origin" },
    ]);
    for (const origin of ["https://evil.example", "null"]) {
      const { response: other } = await send(setting, "GET", path, [AUTH, `Origin: ${origin}`]);
      expect(corsOf(other)).toEqual({ vary: "Origin" });
    }
  });

  it("keeps the upstream's headers when CORS is off", async () => {
    const { response } = await send({}, "GET", "/up/x", [AUTH, `Origin: ${APP}`]);
    expect(response.header("access-control-allow-origin")).toBe("https://upstream.example");
    expect(response.header("vary")).toBeUndefined();
  });

  it.each([
    ["401", "/up/x", [], 401],
    ["404", "/nowhere", [AUTH], 404],
    ["400 invalid_path", "/up/../x", [AUTH], 400],
    ["400 bad_request", "/up/x", [AUTH, "Transfer-Encoding: gzip, chunked"], 400],
    ["417", "/up/x", [AUTH, "Expect: miracles"], 417],
    ["a built-in endpoint", "/healthz", [], 200],
  ])("of the gateway's own has the CORS headers too: %s", async (_what, path, lines, status) => {
    const { response } = await send(LISTED, "GET", path, [...lines, `Origin: ${APP}`]);
    expect([response.status, corsOf(response)]).toEqual([status, ALLOWED]);
  });

  it("of a limit and for an unreachable upstream has the CORS headers too", async () => {
    const dead = await scene.gateway({
      base: "http://127.0.0.1:1",
      ...cors(`allow_origins: ["${APP}"]`, ["rate_limit: {per_minute: 1}"]),
    });
    const request = requestText("GET", "/up/x", [AUTH, `Origin: ${APP}`]);
    for (const status of [502, 429]) {
      const response = await exchange(dead.port, request);
      expect([response.status, response.header("access-control-allow-origin")]).toEqual([status, APP]);
    }
  });

  it("to a request that can't be parsed has only vary, because its origin is not known", async () => {
    const gateway = await scene.gateway({ base: "http://127.0.0.1:1", ...LISTED });
    const response = await exchange(gateway.port, "GET / HTTP/9.9\r\n\r\n");
    expect([response.status, corsOf(response)]).toEqual([400, { vary: "Origin" }]);
  });
});
