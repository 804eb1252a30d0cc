#!/usr/bin/env bash
# Installs the peers that the benches measure against, from Debian, where they are missing.
set -euo pipefail
missing=()
command -v rclone >/dev/null || missing+=(rclone)
command -v curl >/dev/null || missing+=(curl)
[ -f /usr/lib/apache2/modules/mod_dav_fs.so ] || missing+=(apache2-bin)
[ ${#missing[@]} -gt 0 ] || exit 0
apt-get install -y --no-install-recommends "${missing[@]}" >&2
