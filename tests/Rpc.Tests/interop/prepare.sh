#!/usr/bin/env bash
# Gets the official implementations that the interop tests call: Node's from npm, Python's from Debian. Does nothing when both are there.
set -euo pipefail
cd "$(dirname "$0")"

if [ ! -d node/node_modules/@grpc/grpc-js ]; then
  (cd node && npm ci --ignore-scripts --no-audit --no-fund)
fi

if ! /usr/bin/python3 -c 'import grpc, google.protobuf' 2>/dev/null; then
  as_root=()
  if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi
  "${as_root[@]}" apt-get update
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends python3-grpcio python3-protobuf
fi
