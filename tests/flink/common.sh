# What the scripts here share. To be sourced; $here is this folder.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
lines=(1.20 2.2 2.3)

# Kryo in Flink 1.20 looks into the collections of the JDK.
opens=(--add-opens=java.base/java.util=ALL-UNNAMED --add-opens=java.base/java.lang=ALL-UNNAMED)

# A registry that does not answer is one that cannot be reached.
impatient=(-Daether.connector.connectTimeout=10000 -Daether.connector.requestTimeout=60000
  -Dmaven.wagon.http.retryHandler.count=1)

skip() {
  echo "skipped: $1" >&2
  exit 77
}

# Leaves the classes of a Flink line in target/flink-LINE/classes and the class path beside them.
compile() {
  local tool log
  for tool in mvn java javac; do
    command -v "$tool" >/dev/null || skip "$tool is not installed"
  done
  log=$(mktemp)
  if mvn -q -B "${impatient[@]}" -f "$here/pom.xml" -P "flink-$1" compile >"$log" 2>&1; then
    rm "$log"
    return
  fi
  if grep -qE 'Could not (transfer|find artifact)|failed to transfer|Unknown host' "$log"; then
    rm "$log"
    skip "dependencies of Flink $1 are missing and Maven Central cannot be reached"
  fi
  cat "$log" >&2
  rm "$log"
  exit 1
}

# run LINE CLASS ARGUMENT… runs a program of this module on a Flink line.
run() {
  local target=$here/target/flink-$1
  java -Xmx1500m "${opens[@]}" -cp "$target/classes:$(<"$target/classpath")" "savvy.flink.$2" "${@:3}"
}
