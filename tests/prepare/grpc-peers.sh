#!/usr/bin/env bash
# Gets the official gRPC implementations that Rpc.Tests calls.
exec bash "$(dirname "$0")/../Rpc.Tests/interop/prepare.sh"
