#!/usr/bin/env bash
# Publishes the four programs with the line of the Dockerfile, so that they can be run and measured where no container can.
#   tests/images.sh DIRECTORY         for the system it runs on
#   tests/images.sh DIRECTORY musl    for Alpine, as in the images
set -euo pipefail
directory=$(realpath -m "$1")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
publish=$(grep -o 'dotnet publish .* -o ' Dockerfile)
[ "${2:-}" = musl ] || publish=${publish/linux-musl-/linux-}
export TARGETARCH SERVICE
TARGETARCH=$(dpkg --print-architecture)
for SERVICE in Edge RemoteFiles.Service Migration.Service Bridge; do
  sh -c "$publish'$directory/$SERVICE' --nologo -v quiet"
  # 130 MB for an image, less the 25 MB below the program: docs/decisions/0015.
  [ "$(du -sb "$directory/$SERVICE" | cut -f 1)" -le 105000000 ] || { echo "$SERVICE is too large for its image" >&2; exit 1; }
done
