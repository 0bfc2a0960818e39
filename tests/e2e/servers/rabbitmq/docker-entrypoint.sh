#!/bin/bash
# Starts Debian's RabbitMQ as the entry point of its official image does. Kept of that one:
#   another command is run as it is; variables of before, which the server does not know any more, are a mistake.
# Not kept: a start as root, and host names of more than one part.
set -euo pipefail
[ "$(id -u)" != 0 ] || { echo "this image does not start as root" >&2 && exit 1; }
for name in RABBITMQ_DEFAULT_PASS_FILE RABBITMQ_DEFAULT_USER_FILE RABBITMQ_VM_MEMORY_HIGH_WATERMARK; do
  [ -z "${!name:-}" ] || { echo "error: $name is set but deprecated" >&2 && exit 1; }
done
exec "$@"
