#!/usr/bin/env bash
# Gets the Cozy's own client libraries that System.Tests runs. Does nothing when they are there.
set -euo pipefail
cd "$(dirname "$0")/../System.Tests/clients"
[ -d node_modules/cozy-realtime ] || npm ci --ignore-scripts --no-audit --no-fund
