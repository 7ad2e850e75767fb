#!/usr/bin/env bash
# Writes the tables of tests/unit/values: objects of the JDK as JSON, and the bytes that Kryo makes
# of them in a Flink of each of its releases, and Java itself; values of operators and connectors;
# and Avro records.
#
#   tests/flink/values.sh
#
# Exit code 77: skipped, because what it needs is neither here nor to be downloaded.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# What Flink's own configuration opens as well, and Kryo looks into.
for package in java.math java.net java.text java.time java.util.concurrent \
  java.util.concurrent.atomic java.util.regex; do
  opens+=("--add-opens=java.base/$package=ALL-UNNAMED")
done

for line in 1.20 2.3; do
  compile "$line"
  run "$line" values.WriteKryoValues >"$root/tests/unit/values/kryo-$line.tsv"
  run "$line" values.WriteFlinkValues >"$root/tests/unit/values/flink-$line.tsv"
done
run 2.3 values.WriteJavaValues >"$root/tests/unit/values/java.tsv"
run 2.3 values.WriteAvroValues >"$root/tests/unit/values/avro.tsv"
