#!/bin/bash
# Starts Debian's MariaDB as the entry point of its official image does. Kept of that one:
#   options alone are the server's; another command is run as it is; only a user without privileges gets this far;
#   MARIADB_ROOT_PASSWORD, MARIADB_ROOT_HOST, MARIADB_DATABASE, MARIADB_USER and MARIADB_PASSWORD, also by X_FILE;
#   MARIADB_MYSQL_LOCALHOST_USER and what it may do; the user of healthcheck.sh, whose password stands beside the data;
#   MARIADB_AUTO_UPGRADE, which keeps the server's own tables in a file first; files of /docker-entrypoint-initdb.d on an
#   empty folder; a server that is set up or changed listens on its socket alone; no password stays in the environment.
# Not kept: a start as root, the old names MYSQL_…, hashes, other nodes, backups, time zones and compressed files.
set -euo pipefail

case ${1:-} in -* | "") set -- mariadbd "$@" ;; esac
[ "$1" = mariadbd ] || exec "$@"
[ "$(id -u)" != 0 ] || { echo "this image does not start as root" >&2 && exit 1; }

# file_env NAME [DEFAULT]: the variable, or what is in the file that NAME_FILE names; both is a mistake, as there.
file_env() {
  local name=$1 file=${1}_FILE
  if [ -n "${!name:-}" ] && [ -n "${!file:-}" ]; then
    echo "error: both $name and $file are set (but are exclusive)" >&2
    exit 1
  fi
  if [ -n "${!file:-}" ]; then value=$(<"${!file}"); else value=${!name:-${2:-}}; fi
}
file_env MARIADB_ROOT_PASSWORD && root=$value
file_env MARIADB_ROOT_HOST % && root_host=$value
file_env MARIADB_DATABASE && database=$value
file_env MARIADB_USER && user=$value
file_env MARIADB_PASSWORD && password=$value
unset MARIADB_ROOT_PASSWORD MARIADB_PASSWORD

# What the server makes of its options and files.
setting() { "${server[@]}" --verbose --help 2>/dev/null | awk -v name="$1" '/^[^ ]/ && $1 == name { print $2; exit }'; }
server=("$@")
data=$(setting datadir)
socket=$(setting socket)
port=$(setting port)
mkdir -p "$data"

with_server() { # OPTION… -- COMMAND…: a server on its socket alone, while the command runs
  local options=()
  while [ "$1" != -- ]; do options+=("$1") && shift; done
  shift
  "${server[@]}" --skip-networking --socket="$socket" "${options[@]}" &
  local it=$!
  until mariadb -S "$socket" -u root -e 'SELECT 1' mysql >/dev/null 2>&1; do
    kill -0 "$it" || exit 1
    sleep 0.2
  done
  "$@"
  kill "$it" && wait "$it"
}
sql() { mariadb -S "$socket" -u root --binary-mode mysql; }
set_up() {
  local check host file
  check=$(head -c 24 /dev/urandom | base64 | tr -dc 'A-Za-z0-9')
  (umask 077 && printf '[mariadb-client]\nport=%s\nsocket=%s\nuser=healthcheck\npassword=%s\n' "$port" "$socket" "$check" \
    >"$data/.my-healthcheck.cnf")
  {
    echo "DROP USER IF EXISTS root@'127.0.0.1', root@'::1', root@'${HOSTNAME,,}';"
    [ "$root_host" = localhost ] ||
      echo "CREATE USER root@'$root_host' IDENTIFIED BY '$root'; GRANT ALL ON *.* TO root@'$root_host' WITH GRANT OPTION;"
    if [ -n "${MARIADB_MYSQL_LOCALHOST_USER:-}" ]; then
      echo "CREATE USER mysql@localhost IDENTIFIED VIA unix_socket;"
      echo "GRANT ${MARIADB_MYSQL_LOCALHOST_GRANTS:-USAGE} ON *.* TO mysql@localhost;"
    fi
    for host in 127.0.0.1 ::1 localhost; do echo "CREATE USER healthcheck@'$host' IDENTIFIED BY '$check';"; done
    [ -z "$database" ] || echo "CREATE DATABASE IF NOT EXISTS \`$database\`;"
    [ -z "$user" ] || echo "CREATE USER '$user'@'%' IDENTIFIED BY '$password';"
    [ -z "$user$database" ] || echo "GRANT ALL ON \`${database//_/\\_}\`.* TO '$user'@'%';"
    for file in /docker-entrypoint-initdb.d/*.sql; do [ ! -e "$file" ] || cat "$file"; done
    echo "SET PASSWORD FOR root@localhost = PASSWORD('$root');"
  } | sql
}
change() {
  local before
  before=$(tr -d '\0\n' <"$data/mariadb_upgrade_info" 2>/dev/null || echo unknown_version)
  mariadb-dump -S "$socket" --skip-lock-tables --replace --databases mysql | zstd >"$data/system_mysql_backup_$before.sql.zst"
  mariadb-upgrade -S "$socket" --upgrade-system-tables
}
if [ ! -d "$data/mysql" ]; then
  [ -n "$root" ] || { echo "error: the database is not set up, and MARIADB_ROOT_PASSWORD says no password" >&2 && exit 1; }
  mariadb-install-db --datadir="$data" --rpm --auth-root-authentication-method=normal --skip-test-db "${@:2}"
  with_server -- set_up
  echo "MariaDB init process done. Ready for start up."
elif [ "${MARIADB_AUTO_UPGRADE:-0}" != 0 ]; then
  mine=$("$1" --version | sed -E 's/.*Ver ([0-9]+\.[0-9]+).*/\1/')
  grep -aqs "^${mine//./\\.}\." "$data/mariadb_upgrade_info" || with_server --skip-grant-tables -- change
fi
exec "$@"
