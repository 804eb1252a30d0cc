#!/usr/bin/env bash
# Installs what a bench measures against, and what it starts beside us, from Debian, where it is missing.
set -euo pipefail
if [ "${1:-}" = soak ]; then
  bash "$(dirname "${BASH_SOURCE[0]}")/../prepare/postgresql.sh"
  exec bash "$(dirname "${BASH_SOURCE[0]}")/../prepare/rabbitmq.sh"
fi
missing=()
command -v rclone >/dev/null || missing+=(rclone)
command -v curl >/dev/null || missing+=(curl)
[ -f /usr/lib/apache2/modules/mod_dav_fs.so ] || missing+=(apache2-bin)
[ ${#missing[@]} -gt 0 ] || exit 0
apt-get install -y --no-install-recommends "${missing[@]}" >&2
