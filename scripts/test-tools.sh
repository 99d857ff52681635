#!/usr/bin/env bash
# Installs the Debian programs that the tests use (curl, squid, testssl …). Returns at once when all are installed; otherwise needs root.
# If a program can't be installed, this script says so, and the tests that need it are skipped.
set -euo pipefail
PATH="$PATH:/usr/sbin:/sbin"

# Each line: a program, and the package that contains it.
tools="
caddy caddy
chromium chromium
curl curl
danted dante-server
haproxy haproxy
microsocks microsocks
nginx nginx-light
openssl openssl
promtool prometheus
redis-server redis-server
squid squid
strace strace
systemd-analyze systemd
testssl testssl.sh
tinyproxy tinyproxy
"

missing=()
while read -r program package; do
  if [ -n "$program" ] && ! command -v "$program" >/dev/null; then missing+=("$package"); fi
done <<<"$tools"
if [ ${#missing[@]} -eq 0 ]; then exit 0; fi

if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
  echo "test tools: missing: ${missing[*]}. Only root can install them, on Debian with: apt-get install ${missing[*]}" >&2
  exit 0
fi
wait_for_lock="-o DPkg::Lock::Timeout=300"
# RUNLEVEL=1 installs the programs without starting their services.
if ! apt-get $wait_for_lock update -qq ||
  ! RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get $wait_for_lock install -y -qq --no-install-recommends "${missing[@]}"; then
  echo "test tools: could not install: ${missing[*]}. The tests that need them are skipped" >&2
fi
