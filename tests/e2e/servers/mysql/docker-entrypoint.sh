#!/bin/bash
# Starts Debian's MySQL as the entry point of its official image does. Kept of that one:
#   options alone are the server's; another command is run as it is; only a user without privileges gets this far;
#   MYSQL_ROOT_PASSWORD, MYSQL_ROOT_HOST, MYSQL_DATABASE, MYSQL_USER and MYSQL_PASSWORD, also by X_FILE, which all stay in
#   the environment; folders that are not there are made; files of /docker-entrypoint-initdb.d on an empty folder; a server
#   that is set up listens on its socket alone.
# Not kept: a start as root, random passwords and such that have to be changed, time zones and compressed files.
set -euo pipefail

case ${1:-} in -* | "") set -- mysqld "$@" ;; esac
[ "$1" = mysqld ] || exec "$@"
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
file_env MYSQL_ROOT_PASSWORD && root=$value
file_env MYSQL_ROOT_HOST % && root_host=$value
file_env MYSQL_DATABASE && database=$value
file_env MYSQL_USER && user=$value
file_env MYSQL_PASSWORD && password=$value

# What the server makes of its options and files.
setting() { "${server[@]}" --verbose --help 2>/dev/null | awk -v name="$1" '/^[^ ]/ && $1 == name { print $2; exit }'; }
server=("$@")
data=$(setting datadir)
socket=$(setting socket)
mkdir -p "$data" "${socket%/*}"

set_up() {
  {
    [ "$root_host" = localhost ] ||
      echo "CREATE USER root@'$root_host' IDENTIFIED BY '$root'; GRANT ALL ON *.* TO root@'$root_host' WITH GRANT OPTION;"
    [ -z "$database" ] || echo "CREATE DATABASE IF NOT EXISTS \`$database\`;"
    [ -z "$user" ] || echo "CREATE USER '$user'@'%' IDENTIFIED BY '$password';"
    [ -z "$user$database" ] || echo "GRANT ALL ON \`${database//_/\\_}\`.* TO '$user'@'%';"
    for file in /docker-entrypoint-initdb.d/*.sql; do [ ! -e "$file" ] || cat "$file"; done
    echo "ALTER USER root@localhost IDENTIFIED BY '$root'; SHUTDOWN;"
  } | mysql --socket="$socket" -u root mysql
}
if [ ! -d "$data/mysql" ]; then
  [ -n "$root" ] || { echo "error: the database is not set up, and MYSQL_ROOT_PASSWORD says no password" >&2 && exit 1; }
  "$@" --initialize-insecure
  "$@" --skip-networking --socket="$socket" &
  until mysqladmin --socket="$socket" -u root ping --silent >/dev/null 2>&1; do
    kill -0 $! || exit 1
    sleep 0.2
  done
  set_up
  wait $!
  echo "MySQL init process done. Ready for start up."
fi
exec "$@"
