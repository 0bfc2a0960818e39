#!/bin/sh
# Starts Debian's Redis or Valkey as the entry points of their images do. Kept of those:
#   options, and files that end in .conf, are the server's; another command is run as it is; VALKEY_EXTRA_FLAGS,
#   parted at blanks; files are made for the owner alone; no protected mode, which there is compiled out.
# Not kept: a start as root, which gives /data to the server's user, and the modules of Redis 8.
set -eu
case ${1:-} in -* | *.conf | "") set -- "${SERVER:?}" "$@" ;; esac
[ "$(umask)" != 0022 ] || umask 0077
case $1 in
  redis-server | valkey-server)
    # shellcheck disable=SC2086 # It is parted at blanks.
    set -- "$@" --protected-mode no ${VALKEY_EXTRA_FLAGS:-}
    ;;
esac
exec "$@"
