#!/bin/bash
# Starts OpenSearch's own jars as the entry point of its image starts the distribution. Kept of that one:
#   options alone are the server's; another command is run as it is; a variable whose name is two words in small letters
#   with a dot is a setting; OPENSEARCH_JAVA_OPTS, which come behind those of config/jvm.options; not as root; files are
#   made for the group, too.
# Not kept: all plugins and all modules but the one for HTTP, so what DISABLE_SECURITY_PLUGIN and the like say is nothing.
set -euo pipefail
export OPENSEARCH_HOME=/usr/share/opensearch
export OPENSEARCH_PATH_CONF=$OPENSEARCH_HOME/config
if [ $# = 0 ] || [ "${1:0:1}" = - ]; then set -- opensearch "$@"; fi
[ "$1" = opensearch ] || exec "$@"
umask 0002
[ "$(id -u)" != 0 ] || { echo "OpenSearch cannot run as root" >&2 && exit 1; }
settings=()
while IFS='=' read -r name value; do
  if [[ $name =~ ^[a-z0-9_]+\.[a-z0-9_]+ && -n $value ]]; then settings+=("-E$name=$value"); fi
done < <(env)
exec "$@" "${settings[@]}"
