// Names the variable by which a process knows that it is a worker of ours.

/**
 * Set by the primary in the environment of its workers. Being a worker of node:cluster is not enough: a process manager may have
 * started the whole gateway as one.
 */
export const WORKER_MARK = "AI_GW_LITE_WORKER";
