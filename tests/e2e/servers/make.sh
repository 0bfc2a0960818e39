#!/usr/bin/env bash
# Fills a folder with the storage of a container registry that holds what the `services` tier runs: real servers under
# the names of their own images, made from Debian's packages, the jars of Kafka and OpenSearch, and NATS and SeaweedFS as
# Go modules: no registry of images is asked.
#   tests/e2e/servers/make.sh FOLDER FERRETDB
#     FERRETDB  the folder of the program `ferretdb`
# Needs root, mmdebstrap, buildah, docker-registry, mvn and go, and the registries of Debian, Maven, Go, Python and npm.
# Which program is behind a tag stands in the table at the end. A tag that Debian has no version for is given another
# version of the same server, where nothing that is tried hangs on it: data that one has written and the other takes
# up, or refuses.
set -euo pipefail
servers=$(cd "$(dirname "$0")" && pwd)

# What a root needs beyond its packages: the locale that the official image of PostgreSQL sets, and where there are pip
# and npm, clients that Debian has none of and MongoDB's shell.
prepare() {
  local root=$1
  chroot "$root" localedef -i en_US -c -f UTF-8 -A /usr/share/locale/locale.alias en_US.UTF-8
  [ -e "$root/usr/bin/npm" ] || return 0
  rm -f "$root"/usr/lib/python3*/EXTERNALLY-MANAGED
  # This machine may reach the outside through a proxy whose certificate only it knows.
  cp /etc/ssl/certs/ca-certificates.crt "$root/tmp/certificates"
  local inside=(env -u PIP_FIND_LINKS -u PIP_CERT SSL_CERT_FILE=/tmp/certificates NODE_EXTRA_CA_CERTS=/tmp/certificates chroot "$root")
  "${inside[@]}" pip install --no-cache-dir --root-user-action=ignore --cert /tmp/certificates kafka-python==3.0.12 \
    nats-py==2.16.0 boto3==1.44.5 opensearch-py==3.2.0 pymysql==1.2.4 pika==1.4.4 pymemcache==4.0.0
  "${inside[@]}" npm install --silent --no-audit --no-fund --omit=optional --prefix /opt/mongosh mongosh@2.12.0
  rm -rf "$root/tmp/certificates" "$root/root/.npm"
}
# mmdebstrap calls this script for the step above.
if [ "${1:-}" = --prepare ]; then prepare "$2" && exit; fi

folder=${1:?which folder}
ferretdb=${2:?the folder of ferretdb}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# debian SUITE PACKAGES: a root of this Debian, in which no package makes a database of its own. What a mirror has of sid,
# where alone MySQL is, may be older than it should be.
debian() {
  # shellcheck disable=SC2016 # mmdebstrap expands it.
  mmdebstrap --variant=minbase --include="$2" --format=tar --aptopt='Acquire::Check-Valid-Until "false"' \
    --customize-hook="'$servers/make.sh' --prepare \"\$1\"" \
    --essential-hook='mkdir -p "$1/etc/postgresql-common" &&
      echo "create_main_cluster = false" >"$1/etc/postgresql-common/createcluster.conf"' "$1" "$work/$1.tar"
}
common=ca-certificates,locales,redis-server
debian bookworm "$common,postgresql-15,mariadb-server,zstd"
clients=busybox,curl,nodejs,npm,python3-pip,python3-psycopg2,python3-pymongo,python3-redis,python3-cryptography
debian trixie "$common,postgresql-17,valkey-server,openjdk-21-jre-headless,mariadb-server,zstd,rabbitmq-server,memcached,$clients"
debian sid ca-certificates,locales,mysql-server,rabbitmq-server
for kafka in 4.1.0 4.3.0; do
  mvn --quiet --batch-mode --file "$servers/kafka/pom.xml" dependency:copy-dependencies -Dkafka=$kafka \
    -DoutputDirectory="$work/kafka-$kafka"
done
opensearch_jars() { # VERSION LOG4J ARTIFACT
  mvn --quiet --batch-mode --file "$servers/opensearch/pom.xml" dependency:copy-dependencies -Dopensearch="$1" \
    -Dlog4j="$2" -Dextra="$3" -DoutputDirectory="$work/opensearch-$1/lib"
}
opensearch_jars 2.19.6 2.25.4 opensearch-plugin-classloader
opensearch_jars 3.9.0 2.25.5 opensearch-agent-bootstrap
for program in nats-2.14 nats-2.15 seaweedfs; do
  (cd "$servers/go/$program" && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o "$work/$program" tool)
done
(cd "$servers/clients/go" && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o "$work/client" .)

b() { buildah --root "$work/storage" --runroot "$work/run" --storage-driver overlay "$@"; }
images=()
# image NAME ARGUMENT…: what is in the container $one, with a configuration, as an image.
image() {
  local name=$1
  shift
  b config "$@" "$one" && b commit --quiet "$one" "127.0.0.1:5000/$name"
  images+=("$name")
}
# on SUITE [NAME NUMBER]: a container $one on this Debian, which knows this user by the number that its image gives it.
on() {
  one=$(b from "127.0.0.1:5000/debian:$1")
  [ $# = 1 ] && return
  printf 'root:x:0:0:root:/root:/bin/bash\n%s:x:%s:%s::/nonexistent:/bin/sh\n' "$2" "$3" "$3" >"$work/passwd"
  printf 'root:x:0:\n%s:x:%s:\n' "$2" "$3" >"$work/group"
  b add --quiet --chmod 644 "$one" "$work/passwd" "$work/group" /etc/
}
path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
for suite in bookworm trixie sid; do
  one=$(b from scratch)
  b add --quiet "$one" "$work/$suite.tar" /
  image "debian:$suite" --env "PATH=$path" --cmd '["/bin/bash"]'
done

postgres() { # SUITE VERSION TAG DATA
  on "$1" postgres 999
  b run --isolation chroot "$one" -- sh -c 'rm -rf /var/lib/postgresql && install -d -o 999 -g 999 -m 1777 /var/lib/postgresql &&
    install -d -o 999 -g 999 -m 3777 /var/run/postgresql && mkdir -p /docker-entrypoint-initdb.d'
  # As there: the server listens for everybody, where nobody says anything else.
  b run --isolation chroot "$one" -- sed -i "s/^#*listen_addresses.*/listen_addresses = '*'/" \
    "/usr/share/postgresql/$2/postgresql.conf.sample"
  b add --quiet --chmod 755 "$one" "$servers/postgres/docker-entrypoint.sh" /usr/local/bin/
  image "library/postgres:$3" --env "PATH=$path:/usr/lib/postgresql/$2/bin" --env LANG=en_US.utf8 --env "PG_MAJOR=$2" \
    --env "PGDATA=$4" --entrypoint '["docker-entrypoint.sh"]' --cmd '["postgres"]' --port 5432 --stop-signal SIGINT \
    --volume "${4%/[0-9]*}"
}
redis() { # SUITE SERVER TAGS…
  on "$1" "${2%-server}" 999
  b run --isolation chroot "$one" -- install -d -o 999 -g 999 /data
  b add --quiet --chmod 755 "$one" "$servers/redis/docker-entrypoint.sh" /usr/local/bin/
  for tag in "${@:3}"; do
    image "$tag" --env "PATH=$path" --env "SERVER=$2" --workingdir /data --entrypoint '["docker-entrypoint.sh"]' \
      --cmd "[\"$2\"]" --port 6379
  done
}
kafka() { # VERSION
  on trixie appuser 1000
  b add --quiet "$one" "$work/kafka-$1" /opt/kafka/libs/
  b add --quiet --chmod 755 "$one" "$servers/kafka/kafka-run-class.sh" /opt/kafka/bin/
  b add --quiet --chmod 755 "$one" "$servers/kafka/run" /etc/kafka/docker/
  b add --quiet --chmod 644 "$one" "$servers/kafka/server.properties" /etc/kafka/docker/
  b run --isolation chroot "$one" -- install -d -o 1000 -g 1000 /opt/kafka/config /opt/kafka/logs /var/lib/kafka/data \
    /etc/kafka/secrets /mnt/shared/config
  for tool in broker-api-versions features metadata-quorum storage topics; do
    b run --isolation chroot "$one" -- ln -s kafka-run-class.sh "/opt/kafka/bin/kafka-$tool.sh"
  done
  image "apache/kafka:$1" --env "PATH=$path" --user appuser --cmd '["/etc/kafka/docker/run"]' --port 9092 \
    --volume /etc/kafka/secrets --volume /var/lib/kafka/data --volume /mnt/shared/config
}
# What the server of this name needs and its image has: an empty folder for its data, one for its socket, and no bound address.
mysql_like() { # SUITE TAG SERVER
  on "$1" mysql 999
  b run --isolation chroot "$one" -- sh -c 'rm -rf /var/lib/mysql /run/mysqld && install -d -o 999 -g 999 -m 1777 /var/lib/mysql \
    /run/mysqld && install -d -o 999 -g 999 /var/lib/mysql-files && mkdir -p /docker-entrypoint-initdb.d &&
    find /etc/mysql/ -name "*.cnf" | xargs sed -Ei "s/^(bind-address|log|user|mysqlx-bind-address)/#&/" &&
    printf "[mysqld]\nhost-cache-size=0\nskip-name-resolve\n" >/etc/mysql/conf.d/05-skipcache.cnf'
  b add --quiet --chmod 755 "$one" "$servers/${3%d}"/*.sh /usr/local/bin/
  image "library/$2" --env "PATH=$path" --env LANG=C.UTF-8 --entrypoint '["docker-entrypoint.sh"]' --cmd "[\"$3\"]" --port 3306 \
    --volume /var/lib/mysql
}
mariadb() { # SUITE VERSION
  mysql_like "$1" "mariadb:$2" mariadbd
}
mysql() { # VERSION
  mysql_like sid "mysql:$1" mysqld
}
rabbitmq() { # SUITE VERSION
  on "$1" rabbitmq 999
  printf 'loopback_users.guest = false\nlog.console = true\n' >"$work/10-defaults.conf"
  printf 'management_agent.disable_metrics_collector = true\n' >"$work/20-management_agent.disable_metrics_collector.conf"
  printf '[rabbitmq_prometheus].\n' >"$work/enabled_plugins"
  b run --isolation chroot "$one" -- sh -c 'rm -rf /var/lib/rabbitmq /etc/rabbitmq && install -d -o 999 -g 999 -m 1777 \
    /var/lib/rabbitmq /var/log/rabbitmq /etc/rabbitmq /etc/rabbitmq/conf.d'
  b add --quiet --chmod 644 "$one" "$work"/[12]0-*.conf /etc/rabbitmq/conf.d/
  b add --quiet --chmod 644 "$one" "$work/enabled_plugins" /etc/rabbitmq/
  b add --quiet --chmod 755 "$one" "$servers/rabbitmq/docker-entrypoint.sh" /usr/local/bin/
  # As there: the server's own scripts, and no wrapper of the distribution's.
  image "library/rabbitmq:$2" --env "PATH=/usr/lib/rabbitmq/bin:$path" --env LANG=C.UTF-8 --env LC_ALL=C.UTF-8 \
    --env HOME=/var/lib/rabbitmq --env RABBITMQ_DATA_DIR=/var/lib/rabbitmq --env RUNNING_UNDER_SYSTEMD=true \
    --entrypoint '["docker-entrypoint.sh"]' --cmd '["rabbitmq-server"]' --port 5672 --volume /var/lib/rabbitmq
}
memcached() { # TAG
  on trixie memcache 11211
  b add --quiet --chmod 755 "$one" "$servers/memcached/docker-entrypoint.sh" /usr/local/bin/
  image "library/memcached:$1" --env "PATH=$path" --user memcache --entrypoint '["docker-entrypoint.sh"]' --cmd '["memcached"]' \
    --port 11211
}

nats() { # VERSION
  on trixie
  mkdir -p "$work/nats-image"
  cp "$work/nats-$1" "$work/nats-image/nats-server"
  b add --quiet --chmod 755 "$one" "$work/nats-image/nats-server" "$servers/nats/docker-entrypoint.sh" /usr/local/bin/
  # Alpine's tools are busybox's.
  b run --isolation chroot "$one" -- sh -c 'ln -sf busybox /usr/bin/nc && mkdir /etc/nats && : >/etc/nats/nats-server.conf'
  image "library/nats:$1-alpine" --env "PATH=$path" --entrypoint '["docker-entrypoint.sh"]' \
    --cmd '["nats-server", "--config", "/etc/nats/nats-server.conf"]' --port 4222 --port 8222 --port 6222
}
seaweedfs() { # TAG
  on trixie seaweed 1000
  mkdir -p "$work/seaweedfs-image"
  cp "$work/seaweedfs" "$work/seaweedfs-image/weed"
  b add --quiet --chmod 755 "$one" "$work/seaweedfs-image/weed" /usr/bin/
  b add --quiet --chmod 755 "$one" "$servers/seaweedfs/entrypoint.sh" /
  b add --quiet --chmod 644 "$one" "$servers/seaweedfs/filer.toml" /etc/seaweedfs/
  b run --isolation chroot "$one" -- install -d -o 1000 -g 1000 /data /data/filerldb2
  image "chrislusf/seaweedfs:$1" --env "PATH=$path" --workingdir /data --entrypoint '["/entrypoint.sh"]' \
    --cmd '["mini", "-dir=/data"]' --port 8333 --volume /data
}
opensearch() { # VERSION TAG CLASS OPTION
  local home=/usr/share/opensearch from=$work/opensearch-$1 module
  module=$from/modules/transport-netty4
  mkdir -p "$module" "$from/config" "$from/bin"
  mv "$from"/lib/{netty-*,*netty4*}.jar "$module/"
  cp "$servers/opensearch/plugin-security.policy" "$module/"
  printf '%s\n' description=x "version=$1" name=transport-netty4 "classname=org.opensearch.transport.$3" java.version=11 \
    "opensearch.version=$1" has.native.controller=false >"$module/plugin-descriptor.properties"
  cp "$servers"/opensearch/{opensearch.yml,log4j2.properties,jvm.options} "$from/config/"
  [ -z "$4" ] || echo "$4" >>"$from/config/jvm.options"
  cp "$servers/opensearch/opensearch" "$from/bin/"
  cp "$servers/opensearch/opensearch-docker-entrypoint.sh" "$from/"
  mkdir -p "$from/plugins" "$from/data" "$from/logs"
  on trixie opensearch 1000
  b add --quiet --chown 1000:1000 "$one" "$from" "$home/"
  image "opensearchproject/opensearch:$2" --env "PATH=$path:$home/bin" --user 1000 --workingdir "$home" \
    --entrypoint '["./opensearch-docker-entrypoint.sh"]' --cmd '["opensearch"]' --port 9200 --port 9300
}

postgres trixie 17 17-trixie /var/lib/postgresql/data
# The images of the older Debian are those that the newer one's tags name.
postgres bookworm 15 15-trixie /var/lib/postgresql/data
redis trixie redis-server library/redis:8.2    # 8.0
redis bookworm redis-server library/redis:7.2  # 7.0
redis trixie valkey-server valkey/valkey:8.1 valkey/valkey:9.1 # 8.1
kafka 4.1.0
kafka 4.3.0
nats 2.14
nats 2.15
seaweedfs 4.48 # 4.53
# 2 sets a security manager, which a newer Java has to be told to allow.
opensearch 2.19.6 2 Netty4Plugin -Djava.security.manager=allow
opensearch 3.9.0 3 Netty4ModulePlugin ""
mariadb trixie 11.8
mariadb bookworm 10.11
mysql 9.7
rabbitmq sid 4.3
rabbitmq trixie 4.2 # 4.0
memcached 1.6-trixie

# FerretDB under MongoDB's name, and MongoDB's own shell.
on trixie mongodb 999
b add --quiet --chmod 755 "$one" "$ferretdb/ferretdb" "$servers/../images/mongo/docker-entrypoint.sh" /usr/local/bin/
b run --isolation chroot "$one" -- ln -s /opt/mongosh/node_modules/.bin/mongosh /usr/local/bin/mongosh
image library/mongo:8.0 --env "PATH=$path" --entrypoint '["docker-entrypoint.sh"]' --cmd '["mongod"]' --port 27017 \
  --volume /data/db

# What asks a service by HTTP for a release Job.
on trixie
b run --isolation chroot "$one" -- ln -sf /usr/bin/busybox /usr/local/bin/wget
image library/busybox:1.37 --env "PATH=$path" --cmd '["sh"]'

on trixie
b add --quiet --chmod 755 "$one" "$servers/clients/server.py" "$work/client" /usr/local/bin/
image library/clients:1 --env "PATH=$path" --user 10001:10001 --cmd '["server.py"]'

cat >"$work/registry.yaml" <<END
version: 0.1
storage: {filesystem: {rootdirectory: $folder}}
http: {addr: "127.0.0.1:5000"}
END
export -f b
export work
# In a network of its own: the port is free.
# shellcheck disable=SC2016 # It is expanded inside.
unshare --net --pid --fork --kill-child bash -euc '
  ip link set lo up
  docker-registry serve "$work/registry.yaml" 2>"$work/registry.log" &
  until (: </dev/tcp/127.0.0.1/5000) 2>/dev/null; do sleep 0.1; done
  for image; do
    b push --quiet --tls-verify=false "127.0.0.1:5000/$image"
  done' push "${images[@]}"
