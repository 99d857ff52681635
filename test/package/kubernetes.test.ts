// Checks that the files for Kubernetes agree with each other, with the gateway's config among them, and with the image.

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { compile, sourceFromBytes } from "../../src/compiler/index.ts";
import { findProgram } from "../support/program.ts";
import { emptyFolder, ROOT } from "./installation.ts";

const FOLDER = join(ROOT, "deploy/kubernetes");
const text = (file: string): string => readFileSync(join(FOLDER, file), "utf8");

interface Container {
  readonly args: readonly string[];
  readonly image: string;
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
  readonly securityContext: unknown;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly subPath?: string }[];
}
interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
  readonly periodSeconds: number;
  readonly failureThreshold: number;
}
type Labels = Readonly<Record<string, string>>;
interface Deployment {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly selector: { readonly matchLabels: Labels };
    readonly template: {
      readonly metadata: { readonly labels: Labels };
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly securityContext: unknown;
        readonly containers: readonly Container[];
        readonly volumes: readonly {
          readonly name: string;
          readonly configMap?: { readonly name: string };
          readonly secret?: { readonly secretName: string };
        }[];
      };
    };
  };
}

const deployment = parse(text("deployment.yaml")) as Deployment;
const pod = deployment.spec.template.spec;
const container = pod.containers[0] as Container;
const kustomization = parse(text("kustomization.yaml")) as {
  readonly resources: readonly string[];
  readonly configMapGenerator: readonly { readonly name: string; readonly files: readonly string[] }[];
  readonly images: readonly { readonly name: string }[];
};
const conf = parse(text("conf.yaml")) as {
  readonly listen: string;
  readonly observability: { readonly metrics: { readonly listen: string } };
  readonly shutdown: { readonly grace_ms: number; readonly drain_timeout_ms: number };
  readonly reload: { readonly watch: boolean };
};
const secret = parse(text("secret.example.yaml")) as {
  readonly metadata: { readonly name: string };
  readonly stringData: Readonly<Record<string, string>>;
};

/** Where a volume is mounted. */
const mountOf = (volume: string | undefined): string | undefined =>
  container.volumeMounts.find(({ name, subPath }) => name === volume && subPath === undefined)?.mountPath;
const files = [...text("conf.yaml").matchAll(/\$\{file:(\/[^}]+)\}/g)].map(([, path = ""]) => path);

describe("the config", () => {
  it("has no errors when the Secret is there", () => {
    const readFile = (path: string) => ({
      ok: true as const,
      bytes: Buffer.from(`made-up-${path.replaceAll("/", "-")}\n`),
    });
    const host = { env: () => undefined, readFile, now: () => 0 };
    const { ok, diagnostics } = compile(sourceFromBytes("conf.yaml", Buffer.from(text("conf.yaml"))), host);
    // A pod listens on all of its addresses, both for the routes and for the metrics.
    const found = diagnostics.map(({ code, path }) => `${code} ${path}`);
    expect({ ok, found }).toEqual({
      ok: true,
      found: ["rule/open-listen /listen", "rule/open-listen /observability/metrics/listen"],
    });
  });

  it("is the only file of the ConfigMap, mounted where the command looks", () => {
    const { name, files: inMap } = kustomization.configMapGenerator[0] ?? {};
    const volume = pod.volumes.find(({ configMap }) => configMap?.name === name);
    expect(inMap).toEqual(["conf.yaml"]);
    expect(container.args).toEqual(["serve", "--config", `${mountOf(volume?.name)}/conf.yaml`]);
  });

  it("reads the keys of the Secret, and all of them", () => {
    const volume = pod.volumes.find((each) => each.secret?.secretName === secret.metadata.name);
    const keys = Object.keys(secret.stringData).map((key) => `${mountOf(volume?.name)}/${key}`);
    expect(files.toSorted()).toEqual(keys.toSorted());
    expect(conf.reload.watch).toBe(true);
  });

  it("listens on all addresses of the pod, on the ports that are named", () => {
    const ports = Object.fromEntries(container.ports.map((port) => [port.name, `0.0.0.0:${port.containerPort}`]));
    expect(ports).toEqual({ http: conf.listen, metrics: conf.observability.metrics.listen });
  });
});

describe("the pod", () => {
  it("is given longer to end than the gateway may take", () => {
    const { grace_ms, drain_timeout_ms } = conf.shutdown;
    expect(pod.terminationGracePeriodSeconds * 1000).toBeGreaterThan(grace_ms + drain_timeout_ms);
    const { periodSeconds, failureThreshold } = container.readinessProbe;
    expect(grace_ms).toBeGreaterThan(periodSeconds * failureThreshold * 1000);
  });

  it("is ready and alive when the gateway says so", () => {
    expect(container.readinessProbe.httpGet).toEqual({ path: "/readyz", port: "http" });
    expect(container.livenessProbe.httpGet).toEqual({ path: "/healthz", port: "http" });
  });

  it("runs without root, without rights, and on files that it can't write", () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000 });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
  });

  it("is the one that the other files mean", () => {
    const { labels } = deployment.spec.template.metadata;
    const selectors = kustomization.resources
      .map((file) => (parse(text(file)) as { spec: { selector: Labels & { matchLabels?: Labels } } }).spec.selector)
      .map((selector) => selector.matchLabels ?? selector);
    expect(selectors).toEqual(kustomization.resources.map(() => labels));
    const service = parse(text("service.yaml")) as { spec: { ports: readonly { readonly targetPort: string }[] } };
    expect(service.spec.ports.map(({ targetPort }) => targetPort)).toEqual(["http"]);
    expect(kustomization.images.map(({ name }) => name)).toEqual([container.image]);
  });
});

const kubectl = findProgram("kubectl");
const validate = findProgram("kubernetes-validate");

// pip install kubernetes-validate
it.runIf(kubectl !== undefined && validate !== undefined)("is valid by the schemas of Kubernetes", () => {
  const built = spawnSync(kubectl ?? "", ["kustomize", FOLDER], { encoding: "utf8" });
  expect(built.stderr).toBe("");
  const { home, remove } = emptyFolder();
  const resources = join(home, "resources.yaml");
  writeFileSync(resources, `${built.stdout}---\n${text("secret.example.yaml")}`);
  const checked = spawnSync(validate ?? "", ["--strict", resources], { encoding: "utf8" });
  remove();
  expect(checked.status, checked.stdout).toBe(0);
});
