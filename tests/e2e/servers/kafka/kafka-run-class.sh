#!/bin/bash
# Runs a class of Kafka's; the tools beside this are links to it, and known by their names.
set -eu
case ${0##*/} in
  kafka-broker-api-versions.sh) set -- org.apache.kafka.tools.BrokerApiVersionsCommand "$@" ;;
  kafka-features.sh) set -- org.apache.kafka.tools.FeatureCommand "$@" ;;
  kafka-metadata-quorum.sh) set -- org.apache.kafka.tools.MetadataQuorumCommand "$@" ;;
  kafka-storage.sh) set -- kafka.tools.StorageTool "$@" ;;
  kafka-topics.sh) set -- org.apache.kafka.tools.TopicCommand "$@" ;;
esac
# What a person gives is parted at blanks, as there.
# shellcheck disable=SC2086
exec java ${KAFKA_HEAP_OPTS:--Xmx256M} ${KAFKA_JVM_PERFORMANCE_OPTS:--server -XX:+UseG1GC} ${KAFKA_GC_LOG_OPTS:-} \
  ${KAFKA_OPTS:-} -cp "/opt/kafka/libs/*" "$@"
