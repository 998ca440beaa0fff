#!/usr/bin/env bash
# Runs the command line of the image that this file is part of, on a Java that is new enough.
#
#   bin/understudy up --state /var/lib/understudy/sw1
#
# Environment: UNDERSTUDY_JAVA_HOME (the Java to use), UNDERSTUDY_JAVA_OPTS (further options of the virtual machine).
set -euo pipefail

image="$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." && pwd)"
wanted=$(sed -n 's/^# java: //p' "$image/MANIFEST")

java=
for home in "${UNDERSTUDY_JAVA_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/*"$wanted"* /opt/*"$wanted"* ''; do
  candidate=${home:+$home/bin/}java
  command -v "$candidate" > /dev/null || continue
  release=$("$candidate" -XX:+UseSerialGC -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p;T;q')
  if ((${release:-0} >= wanted)); then
    java=$candidate
    break
  fi
done
if [[ -z $java ]]; then
  printf 'understudy: no Java %s found: install one, or name it in UNDERSTUDY_JAVA_HOME\n' "$wanted" >&2
  exit 1
fi

class_path=
while read -r _ file; do
  [[ $file != lib/*.jar ]] || class_path+=${class_path:+:}$image/$file
done < <(grep -v '^#' "$image/MANIFEST")

case ${1:-} in
  forwarder | supervisor | demo) options=(-XX:+UseZGC -XX:+UseCompactObjectHeaders) ;;
  *) options=(-XX:+UseSerialGC -XX:+UseCompactObjectHeaders -XX:TieredStopAtLevel=1) ;;
esac
if [[ -f $image/understudy.aot ]]; then
  options+=("-XX:AOTCache=$image/understudy.aot" -Xlog:aot=off,cds=off)
fi
read -r -a extra <<< "${UNDERSTUDY_JAVA_OPTS:-}"
exec "$java" "${options[@]}" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
  ${extra[@]+"${extra[@]}"} -cp "$class_path" dev.understudy.launcher.Main "$@"
